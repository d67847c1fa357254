-- one row is the newest check of the chain: when, by whom, with what result. Key: seq.
select seq, recorded_at, viewer, result, detail from ops.audit where action = 'audit-verified' order by seq desc limit 1
