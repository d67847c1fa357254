-- one row is one case reported in the window, with the span reported to closed, closed cases only
select 'close' as family, c.*, c.reported_at as start_at, c.closed_at as end_at, array['reported_at', 'closed_at'] as stamps,
       null::text as no_start, 'open' as no_end, null::int as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

