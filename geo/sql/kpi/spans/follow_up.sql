-- one row is one case reported in the window, with the span closed to followed up
select 'follow_up' as family, c.*, c.closed_at as start_at, c.followed_up_at as end_at, array['closed_at', 'followed_up_at'] as stamps,
       'open' as no_start, 'no_follow_up' as no_end, null::int as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

