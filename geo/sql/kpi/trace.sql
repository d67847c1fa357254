-- one row is one case of a family in one area and window, marked; key (incident_id, is_of_numerator), ordered by (place, sort_key, key), at
-- most :rows after the one named (keyset). mark = numerator, denominator (not in the numerator too) or excluded; place = its place among the
-- marks by :places (numerator, denominator, excluded); sort_key by :sort: seconds of the duration, cases without one behind by their report, the
-- newest first; or the report. start_stamp, end_stamp = which stamps the duration runs between, null where it is counted up to a moment.
-- by_e columns hold at E, stamps as known at the clock; exempted_* = the exemption of the case at the clock; closed_since = of a case that was
-- not due at E: when it was closed after it, as known at the clock.
, asked as (
  select m.*, case when m.excluded is not null then 'excluded' when m.in_numerator then 'numerator' else 'denominator' end as mark,
         case cast(:sort as text)
           when 'longest' then coalesce(-m.duration_s::float8, 1e12 - extract(epoch from m.reported_at)::float8)
           when 'shortest' then coalesce(m.duration_s::float8, 1e12 - extract(epoch from m.reported_at)::float8)
           when 'oldest' then extract(epoch from m.reported_at)::float8
           else -extract(epoch from m.reported_at)::float8 end as sort_key
  from marks_of_family m
  where area_of_level = any (cast(:area_ids as int[]))
), placed as (
  select a.*, (cast(:places as int[]))[array_position(array['numerator', 'denominator', 'excluded'], a.mark)] as place
  from asked a
), page as (
  select p.*
  from placed p
  where (cast(:marks as text[]) is null or p.mark = any (cast(:marks as text[])))
    and (cast(:why as text) is null or p.excluded = :why)
    and (cast(:after_id as bigint) is null
         or (p.place, p.sort_key, p.incident_id, p.is_of_numerator)
            > (cast(:after_place as int), cast(:after_key as float8), cast(:after_id as bigint), cast(:after_of_numerator as boolean)))
  order by p.place, p.sort_key, p.incident_id, p.is_of_numerator
  limit cast(:rows as bigint)
)
select p.place, p.sort_key, p.incident_id, p.is_of_numerator, p.mark, coalesce(p.in_numerator, false) as in_numerator,
       coalesce(p.in_denominator, false) as in_denominator, p.excluded,
       i.incident_code as code, k.code as category_code, k.is_private, i.agency_responsible as agency,
       s.name as street, c.name as community, g.name as grid, i.day_precision,
       p.reported_at, p.closed_by_e, p.due_by_e, p.is_suspended, p.moment,
       p.start_stamp, p.start_at, case when p.end_at is not null then p.end_stamp end as end_stamp,
       p.end_at, p.duration_s, p.part_s,
       since.closed_since, x.decided_at as exempted_at, x.decided_by as exempted_by, x.reason as exempted_why
from page p
join core.incident i using (incident_id)
join core.category k on k.category_id = i.category_id
left join core.area s on s.area_id = i.street_id
left join core.area c on c.area_id = i.community_id
left join core.area g on g.area_id = i.grid_id
left join core.exemption x on x.incident_id = i.incident_id
left join lateral (
  select case when l.closed_at > coalesce(l.reopened_at, '-infinity') then l.closed_at end as closed_since
  from (select max(e.occurred_at) filter (where e.kind = 'closed') as closed_at,
               max(e.occurred_at) filter (where e.kind = 'reopened') as reopened_at
        from core.incident_log e
        where p.excluded = 'not_due' and e.incident_id = p.incident_id and e.occurred_at <= ops.clock()
          and (e.actor is not null or e.revision = i.revision)) l
) since on true
order by p.place, p.sort_key, p.incident_id, p.is_of_numerator
