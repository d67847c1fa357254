-- one row is one case reported in the window, duplicates each by itself. offset 0 keeps each window a range of the index
-- instead of one comparison of every case with every window
select m.window_no, i.*, m.moment as at, null::timestamptz as closed_from, 'each' as kept
from moments m
cross join lateral (
  select i.* from core.incident i
  where i.source_id = m.source_id and i.reported_at >= m.starts and i.reported_at < m.ends and i.reported_at <= m.clock
  offset 0
) i
