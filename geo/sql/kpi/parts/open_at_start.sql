-- one row is one case open at the start of the window, whenever it was reported; duplicates of an original that the viewer sees are left
-- out here already
select m.window_no, i.*, m.opened_at as at, null::timestamptz as closed_from, 'open' as kept
from moments m
cross join lateral (
  select i.* from core.incident i
  where i.source_id = m.source_id and i.reported_at < m.opened_at and i.closed_at is null and not i.is_void and not (i.is_duplicate and exists (
    select from core.incident o
    where o.source_id = i.source_id and o.incident_code = i.duplicate_of_code and o.incident_code <> i.incident_code
      and o.reported_at <= m.clock and not (o.is_duplicate and o.duplicate_of_code is not distinct from i.incident_code)))
  union all
  select i.* from core.incident i
  where i.source_id = m.source_id and i.reported_at < m.opened_at and i.closed_at >= m.opened_at
  offset 0
) i
