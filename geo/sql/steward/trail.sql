-- one row: lines of the audit trail, the number of the last one and the machine's moment at which it was written
select count(*) as lines, max(audit_id) as last_id, max(recorded_at) as newest from ops.audit
