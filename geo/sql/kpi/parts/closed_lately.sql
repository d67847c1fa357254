-- one row is one case closed in the 28 days before E
select m.window_no, i.*, m.moment as at, m.lately_from as closed_from, 'closed' as kept
from moments m
cross join lateral (
  select i.* from core.incident i
  where i.source_id = m.source_id and not i.has_history and i.closed_at >= m.lately_from and i.closed_at < m.moment and i.reported_at <= m.clock
  union all
  select i.* from core.incident i
  where i.source_id = m.source_id and i.has_history and i.reported_at < m.moment and (i.closed_at is null or i.closed_at >= m.lately_from)
  offset 0
) i
