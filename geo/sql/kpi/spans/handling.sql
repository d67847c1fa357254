-- one row is one case reported in the window, with the span dispatched to handled
select 'handling' as family, c.*, c.dispatched_at as start_at, c.handled_at as end_at, array['dispatched_at', 'handled_at'] as stamps,
       'no_dispatch' as no_start, 'no_handling' as no_end, null::int as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

