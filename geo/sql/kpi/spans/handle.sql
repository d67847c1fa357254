-- one row is one case reported in the window, with the span arrived to closed
select 'handle' as family, c.*, c.arrived_at as start_at, c.closed_at as end_at, array['arrived_at', 'closed_at'] as stamps,
       'no_arrival' as no_start, 'open' as no_end, null::int as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

