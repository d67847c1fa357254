-- one row is one case open at the start of the window, whenever it was reported
select m.window_no, i.*, least(m.starts, m.moment) as at, null::timestamptz as closed_from, 'open' as kept
from moments m
join core.incident i on i.source_id = m.source_id and i.reported_at < least(m.starts, m.moment) and (i.closed_at is null or i.closed_at >= least(m.starts, m.moment))
