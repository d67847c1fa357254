-- one row is an action with a result: how many lines recorded in [since, until) by the viewer (null: all), the most first. Key: action, result.
select action, result, count(*) as lines
from ops.audit
where purged_at is null
  and (cast(:viewer as text) is null or viewer = :viewer)
  and (cast(:since as timestamptz) is null or recorded_at >= :since)
  and (cast(:until as timestamptz) is null or recorded_at < :until)
group by action, result
order by lines desc, action, result
