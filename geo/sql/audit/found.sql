-- one row: how many lines of the audit trail the filters find, those of lines.sql
select count(*) as found
from ops.audit
where seq < cast(:below as bigint)
  and (cast(:seq as bigint) is null or seq = :seq)
  and (cast(:viewer as text) is null or viewer = :viewer)
  and (cast(:action as text) is null or action = :action)
  and (cast(:result as text) is null or result = :result)
  and (cast(:since as timestamptz) is null or recorded_at >= :since)
  and (cast(:until as timestamptz) is null or recorded_at < :until)
