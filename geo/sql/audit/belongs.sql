-- one row is a line that was written right after the line with the hash :before and as number :seq, wherever it stands now. Key: seq.
select seq from ops.audit
where chain_hash = sha256(cast(:before as bytea) || int8send(cast(:seq as bigint)) || content_hash)
limit 1
