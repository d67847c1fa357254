-- one row is one closed case reported in the window that has every stamp in order: part_s = the stage reported to accepted of the whole span
select 'stage_share_accept' as family, c.*, c.reported_at as start_at, case when c.reported_at <= c.accepted_at and c.accepted_at <= c.dispatched_at and c.dispatched_at <= c.arrived_at
                              and c.arrived_at <= c.closed_at then c.closed_at end as end_at, array['reported_at', 'accepted_at', 'dispatched_at', 'arrived_at', 'closed_at'] as stamps,
       null::text as no_start, 'incomplete' as no_end, null::int as limit_s, null::timestamptz as until_at, floor(date_part('epoch', c.accepted_at - c.reported_at))::int as part_s
from reported c

