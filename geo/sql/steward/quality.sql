-- One row is a source; key source_id. Of its rows: kept = those in the store that count (void and duplicate incidents do not), refused = those
-- still in quarantine of a load that no later file of the same name mended; stages_ok = all stages that a closed case must have are there and
-- in order, accepted and registered in either (null: it carries none), place_ok = in an area (null: it states no places, or no area is
-- loaded), code_ok = of a known category.
with stamped as (
  select i.source_id, i.category_id, i.placed_by, i.closed_at, s.stages,
         i.accepted_at, i.dispatched_at, i.arrived_at, i.handled_at,
         coalesce(i.street_id, i.community_id, i.grid_id, i.microgrid_id) is not null as is_inside,
         i.day_precision = '{}' as is_exact,
         array_remove(array[i.reported_at, least(i.accepted_at, i.registered_at), greatest(i.accepted_at, i.registered_at), i.dispatched_at, i.arrived_at, i.handled_at, i.closed_at], null) as stamps
  from core.incident i join core.source s using (source_id)
  where i.reported_at <= ops.clock() and not i.is_void and not i.is_duplicate
), judged as (
  select source_id, category_id, placed_by, is_inside, cardinality(stages) > 1 as has_stages,
         (case when is_exact then stamps = array(select t from unnest(stamps) t order by t)
               else array(select (t at time zone :zone)::date from unnest(stamps) with ordinality u (t, place) order by place)
                    = array(select (t at time zone :zone)::date as day from unnest(stamps) t order by day) end)
         and (closed_at is null or ((accepted_at is not null or not 'accepted' = any (stages)) and (dispatched_at is not null or not 'dispatched' = any (stages))
           and (arrived_at is not null or not 'arrived' = any (stages)) and (handled_at is not null or not 'handled' = any (stages)))) as is_ordered
  from stamped
), kept as (
  select j.source_id, count(*) as kept, case when bool_or(has_stages) then count(*) filter (where is_ordered) end as stages_ok,
         case when bool_or(placed_by <> 'none') then count(*) filter (where is_inside) end as place_ok,
         count(*) filter (where c.code <> :unsorted) as code_ok
  from judged j join core.category c using (category_id) group by j.source_id
  union all
  select source_id, count(*), null, count(*) filter (where coalesce(street_id, community_id, grid_id, microgrid_id) is not null), count(*)
  from core.service_point where withdrawn_on is null group by source_id
  union all
  select source_id, count(*), null, count(*) filter (where coalesce(street_id, community_id, grid_id, microgrid_id) is not null), count(*)
  from core.household_site group by source_id
  union all
  select source_id, count(*), null, count(*) filter (where coalesce(street_id, community_id, grid_id, microgrid_id) is not null), count(*)
  from core.staff_post group by source_id
  union all
  select source_id, count(*), null, null, count(*) from core.ledger_entry group by source_id
  union all
  select source_id, count(*), null, null, count(*) from core.fund group by source_id
  union all
  select source_id, count(*), null, null, count(*) from core.goods_entry group by source_id
  union all
  select source_id, count(*), null, null, count(*) from core.area group by source_id
  union all
  select source_id, count(*), null, null, count(*) from core.map_feature group by source_id
), refused as (
  select l.source_id, count(*) as refused
  from ops.load l join ops.refused_row r using (load_id)
  where r.state in ('open', 'corrected')
    and not exists (select from ops.load later where later.load_id > l.load_id and later.status = 'loaded' and later.replays is null
                      and later.source_id = l.source_id and later.file_name = l.file_name)
  group by l.source_id
)
select s.source_id, s.code, s.dataset, s.name, s.is_simulated, coalesce(k.kept, 0) as kept, coalesce(r.refused, 0) as refused, k.stages_ok,
       case when exists (select from core.area) then k.place_ok end as place_ok, coalesce(k.code_ok, 0) as code_ok
from core.source s
left join (select source_id, sum(kept)::bigint as kept, sum(stages_ok)::bigint as stages_ok, sum(place_ok)::bigint as place_ok,
                  sum(code_ok)::bigint as code_ok from kept group by source_id) k using (source_id)
left join refused r using (source_id)
order by s.dataset, s.code
