-- one row is one case reported in the window, with the span reported to closed, an open case up to the moment of knowledge.
-- Of a source that tells no closures nobody knows what is open
select 'close_km' as family, c.*, case when c.tells_close then c.reported_at end as start_at, c.closed_at as end_at, array['reported_at', 'closed_at'] as stamps,
       'no_close_stage' as no_start, 'open' as no_end, null::int as limit_s, c.known_until as until_at, null::int as part_s
from reported c

