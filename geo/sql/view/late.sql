-- one row is one case open at E whose deadline lies before E plus :soon_s seconds; key incident_id; follows kpi/cases.
-- is_due: the deadline passed; due_at = the deadline with its extensions; longest overdue first. Suspended cases that are
-- not yet due have no running deadline and are left out. finest: the finest of its areas that the viewer sees.
select c.is_due, c.due_by_e as due_at, c.reported_at, i.agency_responsible as agency, k.code as category_code,
       community.name as community, finest.name as finest, c.street_id, c.community_id, c.grid_id, c.microgrid_id
from open c
join core.incident i using (incident_id)
join core.category k on k.category_id = i.category_id
left join core.area community on community.area_id = c.community_id
left join lateral (
  select a.area_id, a.name from core.area a
  where a.area_id in (c.grid_id, c.community_id, c.street_id)
  order by array_position(array[c.grid_id, c.community_id, c.street_id], a.area_id)
  limit 1
) finest on true
cross join moments m
where m.window_no = c.window_no and m.source_id = i.source_id
  and not c.is_orphan and c.tells_close
  and (c.is_due or not c.is_suspended and c.due_by_e < m.moment + make_interval(secs => :soon_s))
  and (cast(:within as int) is null or :within in (c.street_id, c.community_id, c.grid_id, c.microgrid_id))
order by c.due_by_e
