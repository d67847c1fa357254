-- one row is one closed case reported in the window that has every stamp in order (a bare date is judged by its day): part_s = the stage
-- accepted to dispatched of the whole span
select 'stage_share_dispatch' as family, c.*, c.reported_at as start_at,
       case when (c.reported_at <= c.accepted_at or 'accepted_at' = any (c.day_precision)
                  and (c.reported_at at time zone :zone)::date <= (c.accepted_at at time zone :zone)::date)
             and (c.accepted_at <= c.dispatched_at or 'dispatched_at' = any (c.day_precision)
                  and (c.accepted_at at time zone :zone)::date <= (c.dispatched_at at time zone :zone)::date)
             and (c.dispatched_at <= c.arrived_at or 'arrived_at' = any (c.day_precision)
                  and (c.dispatched_at at time zone :zone)::date <= (c.arrived_at at time zone :zone)::date)
             and (c.arrived_at <= c.closed_at or 'closed_at' = any (c.day_precision)
                  and (c.arrived_at at time zone :zone)::date <= (c.closed_at at time zone :zone)::date)
            then c.closed_at end as end_at,
       array['reported_at', 'accepted_at', 'dispatched_at', 'arrived_at', 'closed_at'] as stamps,
       null::text as no_start, 'incomplete' as no_end, null::int as limit_s, null::timestamptz as until_at,
       floor(date_part('epoch', c.dispatched_at - c.accepted_at))::int as part_s
from reported c
