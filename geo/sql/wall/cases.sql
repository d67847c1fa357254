-- one row is one open case at the clock as the wall may see it; no key. The longest overdue first, then by deadline, then by age
select response_class, channel, level, stage, reported_at, due_at, is_due, is_suspended, team, community_code, community, finest, lon, lat
from mart.open_case
order by is_due desc, due_at nulls last, reported_at
