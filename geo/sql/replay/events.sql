-- one row is one event of an incident of the source, before the clock, whose moment is known; key event_id (with its incident);
-- order: occurred_at, event_id, incident_id; at most `most`, after the place (after_at, after_event, after_incident).
-- Of a feed's events those of the highest revision. Area codes by level; none for a private category.
select e.event_id, e.incident_id, e.occurred_at, e.kind::text as kind, i.incident_code, c.code as category,
       case when not c.is_private then street.code end as street, case when not c.is_private then community.code end as community,
       case when not c.is_private then grid.code end as grid, case when not c.is_private then microgrid.code end as microgrid
from core.incident_log e
join core.incident i using (incident_id)
join core.category c using (category_id)
left join core.area street on street.area_id = i.street_id
left join core.area community on community.area_id = i.community_id
left join core.area grid on grid.area_id = i.grid_id
left join core.area microgrid on microgrid.area_id = i.microgrid_id
where i.source_id = :source_id and (e.actor is not null or e.revision = i.revision)
  and e.occurred_at >= :begins and e.occurred_at <= ops.clock()
  and not (e.payload @> '{"is_moment_known": false}') is true
  and (e.occurred_at, e.event_id, e.incident_id)
      > (cast(:after_at as timestamptz), cast(:after_event as bigint), cast(:after_incident as bigint))
order by e.occurred_at, e.event_id, e.incident_id
limit :most
