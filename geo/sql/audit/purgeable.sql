-- one row: how many lines recorded before the moment the law lets go now (machine's clock), how many of them sensitive, first and last number
select count(*) as emptied, count(*) filter (where is_sensitive) as sensitive, min(seq) as first_seq, max(seq) as last_seq
from ops.audit
where purged_at is null and recorded_at < cast(:before as timestamptz) and recorded_at <= clock_timestamp() - ops.audit_kept(is_sensitive)
