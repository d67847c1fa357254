-- one row: the newest line of the audit trail as its head says (seq 0 before the first, chain_hash), the machine's moments at which that line was written and at which a backup last was
select h.seq, h.chain_hash,
  (select a.recorded_at from ops.audit a where a.seq = h.seq) as newest,
  (select a.recorded_at from ops.audit a where a.action = 'backup' and a.result = 'ok' order by a.seq desc limit 1) as backed_up
from ops.audit_head h
