-- one row is the line with this chain hash. Key: seq.
select seq from ops.audit where chain_hash = cast(:chain_hash as bytea) limit 1
