-- one row is one case open at E in one area (:area_ids: all versions of it, at :level); key incident_id; follows kpi/cases.
-- stage = the last stage reached by E, stage_at its moment; 'open' where only the report is known and the source tells of no
-- accepting or dispatching, so that nobody can say what the case waits for. due_at = the deadline with its extensions, the
-- end of its day where it came as a bare date. lon, lat = the case's own point (EPSG:4326); null where it has none, or a
-- private category. finest: the finest of its areas that the viewer sees.
-- Overdue first, then by deadline; cases without one and suspended ones by age.
select c.incident_id, i.incident_code as code, k.code as category_code, k.is_private, i.agency_responsible as agency,
       c.grid_id, c.microgrid_id, finest.area_id as finest_id, finest.name as finest,
       c.reported_at, reached.at as stage_at,
       case when reached.stage = 'reported' and not m.stages && array['registered', 'accepted', 'dispatched'] then 'open'
            else reached.stage end as stage,
       'reported_at' = any (c.day_precision) as is_by_day, c.is_suspended, coalesce(c.is_due, false) as is_due,
       case when 'due_at' = any (c.day_precision) then ((c.due_by_e at time zone :zone)::date + 1)::timestamp at time zone :zone
            else c.due_by_e end as due_at,
       case when i.placed_by = 'point' and not k.is_private then st_x(i.geom) end as lon,
       case when i.placed_by = 'point' and not k.is_private then st_y(i.geom) end as lat
from open c
join core.incident i using (incident_id)
join core.category k on k.category_id = i.category_id
join moments m on m.window_no = c.window_no and m.source_id = i.source_id
left join lateral (
  select a.area_id, a.name from core.area a
  where a.area_id in (c.grid_id, c.community_id, c.street_id)
  order by array_position(array[c.grid_id, c.community_id, c.street_id], a.area_id)
  limit 1
) finest on true
cross join lateral (
  select s.stage, s.at
  from (values ('handled', i.handled_at, 6), ('arrived', i.arrived_at, 5), ('dispatched', i.dispatched_at, 4),
               ('accepted', i.accepted_at, 3), ('registered', i.registered_at, 2), ('reported', i.reported_at, 1)
       ) s (stage, at, step)
  where s.at <= m.moment
  order by s.step desc
  limit 1
) reached
where not c.is_orphan and c.tells_close
  and case :level when 'street' then c.street_id when 'community' then c.community_id
                  when 'grid' then c.grid_id else c.microgrid_id end = any (cast(:area_ids as int[]))
order by coalesce(c.is_due, false) desc, c.is_suspended, due_at nulls last, c.reported_at, c.incident_id
