-- one row is one case reported in as long a time before the window as it lasts up to E
select m.window_no, i.*, m.moment as at, null::timestamptz as closed_from, 'reported' as kept
from moments m
cross join lateral (
  select i.* from core.incident i
  where i.source_id = m.source_id and i.reported_at >= m.before_from and i.reported_at < m.starts and i.reported_at <= m.clock
  offset 0
) i
where m.moment > m.starts
