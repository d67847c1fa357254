-- one row is the head of an incident of which this file brings or changes a unit, made of all units known: those of the
-- file, and those in the store that the file does not bring anew. Key: natural_key = incident_code.
-- The words are those of the leading unit: the earliest report, then the earliest dispatch, then the lowest code; the
-- place is that of the first unit that has a point, else a declared area. Stages: the earliest of all units; handled
-- and closed: when the last unit is done, units without a stamp aside. units = each unit's content, in order of code; content_hash as
-- of a row that is an incident (loaders/content.py), with units at its end; micros: stamps as µs since 1970 UTC.
insert into pg_temp.staging (row_number, natural_key, is_repaired, is_outside, category, channel, agency_responsible, status,
  lon, lat, raw, placed_by, declared_area_code, street_id, community_id, grid_id, microgrid_id, reported_at, registered_at, accepted_at,
  dispatched_at, arrived_at, handled_at, closed_at, followed_up_at, due_at, reported_on, day_precision, units, content_hash)
with touched as (
  select incident_code from pg_temp.staged_unit where fate is null or fate = 'updated' group by incident_code
), known as (
  select s.incident_code, s.unit_code, s.category, s.channel, s.agency_responsible, s.lon, s.lat, s.raw, s.placed_by, s.declared_area_code,
         s.street_id, s.community_id, s.grid_id, s.microgrid_id, s.reported_at, s.registered_at, s.accepted_at, s.dispatched_at,
         s.arrived_at, s.handled_at, s.closed_at, s.followed_up_at, s.due_at, s.reported_on, s.day_precision, s.content_hash
  from pg_temp.staged_unit s
  where (s.fate is null or s.fate in ('updated', 'unchanged')) and s.incident_code in (select t.incident_code from touched t)
  union all
  select i.incident_code, u.unit_code, c.code, u.channel, u.agency_responsible, st_x(u.geom), st_y(u.geom), encode(st_asewkb(u.raw_geom), 'hex'),
         u.placed_by, u.declared_area_code,
         u.street_id, u.community_id, u.grid_id, u.microgrid_id,
         u.reported_at, u.registered_at,
         u.accepted_at, u.dispatched_at,
         u.arrived_at, u.handled_at,
         u.closed_at, u.followed_up_at,
         u.due_at, u.reported_on, nullif(array_to_string(u.day_precision, ','), ''), u.content_hash
  from touched t
  join core.incident i on i.source_id = :source_id and i.incident_code = t.incident_code
  join core.incident_unit u using (incident_id)
  join core.category c on c.category_id = u.category_id
  where not exists (select from pg_temp.staged_unit s
                    where s.natural_key = i.incident_code || e'\x1f' || u.unit_code and (s.fate is null or s.fate in ('updated', 'unchanged')))
), told as (
  select k.incident_code, k.category, k.channel, k.agency_responsible, k.reported_at, k.due_at, k.reported_on,
         row_number() over by_lead as turn,
         first_value(k.lon) over by_place as lon, first_value(k.lat) over by_place as lat, first_value(k.raw) over by_place as raw,
         first_value(k.placed_by) over by_place as placed_by, first_value(k.declared_area_code) over by_place as declared_area_code,
         first_value(k.street_id) over by_place as street_id, first_value(k.community_id) over by_place as community_id,
         first_value(k.grid_id) over by_place as grid_id, first_value(k.microgrid_id) over by_place as microgrid_id,
         min(k.registered_at) over whole as registered_at, min(k.accepted_at) over whole as accepted_at,
         min(k.dispatched_at) over whole as dispatched_at, min(k.arrived_at) over whole as arrived_at,
         max(k.handled_at) over whole as handled_at, max(k.closed_at) over whole as closed_at, min(k.followed_up_at) over whole as followed_up_at,
         string_agg(k.day_precision, ',') over by_code as days,
         string_agg(k.unit_code || ' ' || k.content_hash, ',') over by_code as units
  from known k
  window by_lead as (partition by k.incident_code order by k.reported_at, k.dispatched_at nulls last, k.unit_code),
         by_place as (partition by k.incident_code
                     order by array_position(array['point', 'declared', 'address', 'none'], k.placed_by),
                              k.reported_at, k.dispatched_at nulls last, k.unit_code),
         whole as (partition by k.incident_code),
         by_code as (partition by k.incident_code order by k.unit_code rows between unbounded preceding and unbounded following)
)
select row_number() over (order by t.incident_code), t.incident_code, false, false, t.category, t.channel, t.agency_responsible,
       case when t.closed_at is null then 'open' else 'closed' end,
       t.lon, t.lat, t.raw, t.placed_by, t.declared_area_code, t.street_id, t.community_id, t.grid_id, t.microgrid_id,
       t.reported_at, t.registered_at, t.accepted_at, t.dispatched_at, t.arrived_at, t.handled_at, t.closed_at, t.followed_up_at, t.due_at,
       t.reported_on, t.day_precision, t.units,
       md5(concat_ws(e'\x1f', t.category, coalesce(t.channel, ''), coalesce(t.agency_responsible, ''), case when t.closed_at is null then 'open' else 'closed' end,
         coalesce(t.lon::text, ''), coalesce(t.lat::text, ''), coalesce(t.declared_area_code, ''),
         coalesce(t.micros[1], ''), coalesce(t.micros[2], ''), coalesce(t.micros[3], ''), coalesce(t.micros[4], ''), coalesce(t.micros[5], ''),
         coalesce(t.micros[6], ''), '', '', coalesce(t.micros[7], ''), coalesce(t.micros[8], ''), coalesce(t.micros[9], ''), '', '', '',
         coalesce(t.day_precision, ''), '', t.units))
from (
  select told.*, (select string_agg(distinct d, ',' order by d) from unnest(string_to_array(told.days, ',')) d) as day_precision,
         array(select ((extract(epoch from at) * 1000000)::bigint)::text from unnest(array[told.reported_at, told.registered_at, told.accepted_at,
           told.dispatched_at, told.arrived_at, told.handled_at, told.closed_at, told.followed_up_at, told.due_at]) with ordinality stamps (at, place)
           order by place) as micros
  from told
  where told.turn = 1
) t
