-- one row is one case reported in the window, with the span reported to closed in office hours (ops.office_time; the clock is work, not
-- natural) without the times it rested (core.rests). A case that touches days which the calendar does not know has no span.
select 'close_work' as family, c.*, c.reported_at as start_at, case when t.worked_s is not null then c.closed_at end as end_at,
       array['reported_at', 'suspended_at', 'resumed_at', 'closed_at'] as stamps, null::text as no_start,
       case when c.closed_at is not null then 'no_calendar' else 'open' end as no_end, null::int as limit_s, null::timestamptz as until_at,
       null::int as part_s, floor(t.worked_s - coalesce(rest.rested_s, 0))::int as counted_s
from reported c
left join lateral ops.office_time(c.reported_at) a on true
left join lateral ops.office_time(c.closed_at) z on true
cross join lateral (select z.reading_s - a.reading_s as worked_s) t
left join lateral (
  select sum(e.reading_s - b.reading_s) as rested_s
  from core.rests(c.incident_id, c.closed_at) r
  cross join lateral ops.office_time(greatest(r.starts_at, c.reported_at)) b
  cross join lateral ops.office_time(r.ends_at) e
  where c.has_history and r.ends_at > c.reported_at
) rest on true
