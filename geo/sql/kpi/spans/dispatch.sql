-- one row is one case reported in the window, with the span registered (else accepted, else reported) to dispatched; 900 s is inside
select 'dispatch' as family, c.*, coalesce(c.registered_at, c.accepted_at, c.reported_at) as start_at, c.dispatched_at as end_at,
       array[case when c.registered_at is not null then 'registered_at'
                  when c.accepted_at is not null then 'accepted_at' else 'reported_at' end, 'dispatched_at'] as stamps,
       null::text as no_start, 'no_dispatch' as no_end, 900 as limit_s, null::timestamptz as until_at, null::int as part_s
from reported c

