-- one row is the newest line of the audit trail as its head says: seq, chain_hash
select seq, chain_hash from ops.audit_head
