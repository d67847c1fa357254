-- one row is one case reported in the window, with the span reported to accepted; 900 s is inside
select 'accept' as family, c.*, c.reported_at as start_at, c.accepted_at as end_at, array['reported_at', 'accepted_at'] as stamps,
       null::text as no_start, 'no_acceptance' as no_end, 900 as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

