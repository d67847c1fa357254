-- one row is one case open at E, whenever it was reported
select m.window_no, i.*, m.moment as at, null::timestamptz as closed_from, 'open' as kept
from moments m
join core.incident i on i.source_id = m.source_id and i.reported_at < m.moment and (i.closed_at is null or i.closed_at >= m.moment)
