-- one row is the head of an incident of which this file brings or changes a unit, made of all units known: those of the
-- file, and those in the store that the file does not bring anew. Key: natural_key = incident_code. *_us: µs since 1970 UTC.
-- The words are those of the leading unit: the earliest report, then the earliest dispatch, then the lowest code; the
-- place is that of the first unit that has a point, else a declared area. Stages: the earliest of all units; handled
-- and closed: when the last unit is done, units without a stamp aside. units = each unit's content, in order of code.
insert into pg_temp.staging (row_number, natural_key, is_repaired, is_outside, category, channel, agency_responsible, status,
  lon, lat, placed_by, declared_area_code, street_id, community_id, grid_id, microgrid_id, reported_us, registered_us, accepted_us,
  dispatched_us, arrived_us, handled_us, closed_us, followed_up_us, due_us, reported_on, day_precision, units)
with brought as (
  select s.incident_code, s.unit_code, s.category, s.channel, s.agency_responsible, s.lon, s.lat, s.placed_by, s.declared_area_code,
         s.street_id, s.community_id, s.grid_id, s.microgrid_id, s.reported_us, s.registered_us, s.accepted_us, s.dispatched_us,
         s.arrived_us, s.handled_us, s.closed_us, s.followed_up_us, s.due_us, s.reported_on, s.day_precision, s.content_hash,
         coalesce(s.fate, '') <> 'unchanged' as is_news
  from pg_temp.staged_unit s
  where s.fate is null or s.fate in ('updated', 'unchanged')
), touched as (
  select distinct incident_code from brought where is_news
), known as (
  select b.* from brought b join touched using (incident_code)
  union all
  select i.incident_code, u.unit_code, c.code, u.channel, u.agency_responsible, st_x(u.geom), st_y(u.geom), u.placed_by, u.declared_area_code,
         u.street_id, u.community_id, u.grid_id, u.microgrid_id,
         (extract(epoch from u.reported_at) * 1000000)::bigint, (extract(epoch from u.registered_at) * 1000000)::bigint,
         (extract(epoch from u.accepted_at) * 1000000)::bigint, (extract(epoch from u.dispatched_at) * 1000000)::bigint,
         (extract(epoch from u.arrived_at) * 1000000)::bigint, (extract(epoch from u.handled_at) * 1000000)::bigint,
         (extract(epoch from u.closed_at) * 1000000)::bigint, (extract(epoch from u.followed_up_at) * 1000000)::bigint,
         (extract(epoch from u.due_at) * 1000000)::bigint, u.reported_on, array_to_string(u.day_precision, ','), u.content_hash, false
  from touched t
  join core.incident i on i.source_id = :source_id and i.incident_code = t.incident_code
  join core.incident_unit u using (incident_id)
  join core.category c on c.category_id = u.category_id
  where not exists (select from brought b where b.incident_code = i.incident_code and b.unit_code = u.unit_code)
), ranked as (
  select k.*,
         row_number() over (partition by k.incident_code
                            order by k.reported_us, k.dispatched_us nulls last, k.unit_code) as turn,
         row_number() over (partition by k.incident_code
                            order by array_position(array['point', 'declared', 'address', 'none'], k.placed_by),
                                     k.reported_us, k.dispatched_us nulls last, k.unit_code) as place_turn
  from known k
), told as (
  select incident_code, min(registered_us) as registered_us, min(accepted_us) as accepted_us, min(dispatched_us) as dispatched_us,
         min(arrived_us) as arrived_us, max(handled_us) as handled_us, max(closed_us) as closed_us,
         min(followed_up_us) as followed_up_us, string_agg(unit_code || ' ' || content_hash, ',' order by unit_code) as units
  from ranked
  group by incident_code
), days as (
  select incident_code, string_agg(distinct stamp, ',' order by stamp) as day_precision
  from known cross join unnest(string_to_array(nullif(day_precision, ''), ',')) as stamp
  group by incident_code
)
select row_number() over (order by l.incident_code), l.incident_code, false, false, l.category, l.channel, l.agency_responsible,
       case when t.closed_us is null then 'open' else 'closed' end,
       p.lon, p.lat, p.placed_by, p.declared_area_code, p.street_id, p.community_id, p.grid_id, p.microgrid_id,
       l.reported_us, t.registered_us, t.accepted_us, t.dispatched_us, t.arrived_us, t.handled_us, t.closed_us, t.followed_up_us, l.due_us,
       l.reported_on, d.day_precision, t.units
from ranked l
join ranked p on p.incident_code = l.incident_code and p.place_turn = 1
join told t on t.incident_code = l.incident_code
left join days d on d.incident_code = l.incident_code
where l.turn = 1
