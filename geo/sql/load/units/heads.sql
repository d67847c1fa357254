-- one row is the head of an incident of which this file brings or changes a unit, made of all units known: those of the
-- file, and those in the store that the file does not bring anew. Key: natural_key = incident_code. *_us: µs since 1970 UTC.
-- The words are those of the leading unit: the earliest report, then the earliest dispatch, then the lowest code; the
-- place is that of the first unit that has a point, else a declared area. Stages: the earliest of all units; handled
-- and closed: when the last unit is done, units without a stamp aside. units = each unit's content, in order of code.
insert into pg_temp.staging (row_number, natural_key, is_repaired, is_outside, category, channel, agency_responsible, status,
  lon, lat, raw, placed_by, declared_area_code, street_id, community_id, grid_id, microgrid_id, reported_us, registered_us, accepted_us,
  dispatched_us, arrived_us, handled_us, closed_us, followed_up_us, due_us, reported_on, day_precision, units)
with touched as (
  select incident_code from pg_temp.staged_unit where fate is null or fate = 'updated' group by incident_code
), known as (
  select s.incident_code, s.unit_code, s.category, s.channel, s.agency_responsible, s.lon, s.lat, s.raw, s.placed_by, s.declared_area_code,
         s.street_id, s.community_id, s.grid_id, s.microgrid_id, s.reported_us, s.registered_us, s.accepted_us, s.dispatched_us,
         s.arrived_us, s.handled_us, s.closed_us, s.followed_up_us, s.due_us, s.reported_on, s.day_precision, s.content_hash
  from pg_temp.staged_unit s
  where (s.fate is null or s.fate in ('updated', 'unchanged')) and s.incident_code in (select t.incident_code from touched t)
  union all
  select i.incident_code, u.unit_code, c.code, u.channel, u.agency_responsible, st_x(u.geom), st_y(u.geom), encode(st_asewkb(u.raw_geom), 'hex'),
         u.placed_by, u.declared_area_code,
         u.street_id, u.community_id, u.grid_id, u.microgrid_id,
         (extract(epoch from u.reported_at) * 1000000)::bigint, (extract(epoch from u.registered_at) * 1000000)::bigint,
         (extract(epoch from u.accepted_at) * 1000000)::bigint, (extract(epoch from u.dispatched_at) * 1000000)::bigint,
         (extract(epoch from u.arrived_at) * 1000000)::bigint, (extract(epoch from u.handled_at) * 1000000)::bigint,
         (extract(epoch from u.closed_at) * 1000000)::bigint, (extract(epoch from u.followed_up_at) * 1000000)::bigint,
         (extract(epoch from u.due_at) * 1000000)::bigint, u.reported_on, nullif(array_to_string(u.day_precision, ','), ''), u.content_hash
  from touched t
  join core.incident i on i.source_id = :source_id and i.incident_code = t.incident_code
  join core.incident_unit u using (incident_id)
  join core.category c on c.category_id = u.category_id
  where not exists (select from pg_temp.staged_unit s
                    where s.natural_key = i.incident_code || e'\x1f' || u.unit_code and (s.fate is null or s.fate in ('updated', 'unchanged')))
), told as (
  select k.incident_code, k.category, k.channel, k.agency_responsible, k.reported_us, k.due_us, k.reported_on,
         row_number() over by_lead as turn,
         first_value(k.lon) over by_place as lon, first_value(k.lat) over by_place as lat, first_value(k.raw) over by_place as raw,
         first_value(k.placed_by) over by_place as placed_by, first_value(k.declared_area_code) over by_place as declared_area_code,
         first_value(k.street_id) over by_place as street_id, first_value(k.community_id) over by_place as community_id,
         first_value(k.grid_id) over by_place as grid_id, first_value(k.microgrid_id) over by_place as microgrid_id,
         min(k.registered_us) over whole as registered_us, min(k.accepted_us) over whole as accepted_us,
         min(k.dispatched_us) over whole as dispatched_us, min(k.arrived_us) over whole as arrived_us,
         max(k.handled_us) over whole as handled_us, max(k.closed_us) over whole as closed_us, min(k.followed_up_us) over whole as followed_up_us,
         string_agg(k.day_precision, ',') over by_code as days,
         string_agg(k.unit_code || ' ' || k.content_hash, ',') over by_code as units
  from known k
  window by_lead as (partition by k.incident_code order by k.reported_us, k.dispatched_us nulls last, k.unit_code),
         by_place as (partition by k.incident_code
                     order by array_position(array['point', 'declared', 'address', 'none'], k.placed_by),
                              k.reported_us, k.dispatched_us nulls last, k.unit_code),
         whole as (partition by k.incident_code),
         by_code as (partition by k.incident_code order by k.unit_code rows between unbounded preceding and unbounded following)
)
select row_number() over (order by t.incident_code), t.incident_code, false, false, t.category, t.channel, t.agency_responsible,
       case when t.closed_us is null then 'open' else 'closed' end,
       t.lon, t.lat, t.raw, t.placed_by, t.declared_area_code, t.street_id, t.community_id, t.grid_id, t.microgrid_id,
       t.reported_us, t.registered_us, t.accepted_us, t.dispatched_us, t.arrived_us, t.handled_us, t.closed_us, t.followed_up_us, t.due_us,
       t.reported_on, (select string_agg(distinct d, ',' order by d) from unnest(string_to_array(t.days, ',')) d), t.units
from told t
where t.turn = 1
