-- one row is one case reported in the window, with the span reported to closed, an open case up to the moment of knowledge
select 'close_km' as family, c.*, c.reported_at as start_at, c.closed_at as end_at, array['reported_at', 'closed_at'] as stamps,
       null::text as no_start, 'open' as no_end, null::int as limit_s, c.known_until as until_at, null::int as part_s
from reported c

