-- one row is one case reported in the window, with the span dispatched to arrived, the team's part; 600 s is inside
select 'arrival' as family, c.*, c.dispatched_at as start_at, c.arrived_at as end_at, array['dispatched_at', 'arrived_at'] as stamps,
       'no_dispatch' as no_start, 'no_arrival' as no_end, 600 as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

