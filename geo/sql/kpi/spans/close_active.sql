-- one row is one case reported in the window, with the span reported to closed in elapsed time without the times it rested (core.rests);
-- the stamps of a rest are stamps of the span: a bare date among them gives none
select 'close_active' as family, c.*, c.reported_at as start_at, c.closed_at as end_at, array['reported_at', 'suspended_at', 'resumed_at', 'closed_at'] as stamps,
       null::text as no_start, 'open' as no_end, null::int as limit_s, null::timestamptz as until_at, null::int as part_s,
       floor(extract(epoch from c.closed_at - c.reported_at) - coalesce(rest.rested_s, 0))::int as counted_s
from reported c
left join lateral (
  select sum(extract(epoch from r.ends_at - greatest(r.starts_at, c.reported_at))) as rested_s
  from core.rests(c.incident_id, c.closed_at) r
  where c.has_history and r.ends_at > c.reported_at
) rest on true
