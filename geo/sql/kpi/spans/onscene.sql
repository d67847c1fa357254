-- one row is one case reported in the window, with the span reported to arrived, what a resident lives through; 600 s is inside the promise
select 'onscene' as family, c.*, c.reported_at as start_at, c.arrived_at as end_at, array['reported_at', 'arrived_at'] as stamps,
       null::text as no_start, 'no_arrival' as no_end, 600 as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

