-- one row is a unit whose sender's row changed. Key: incident_id, unit_code.
update core.incident_unit u set
  category_id = c.category_id, channel = s.channel, agency_responsible = s.agency_responsible,
  geom = st_setsrid(st_makepoint(s.lon, s.lat), 4326), raw_geom = s.raw::geometry, placed_by = s.placed_by, declared_area_code = s.declared_area_code,
  street_id = s.street_id, community_id = s.community_id, grid_id = s.grid_id, microgrid_id = s.microgrid_id,
  reported_at = s.reported_at, reported_on = s.reported_on,
  registered_at = s.registered_at,
  accepted_at = s.accepted_at,
  dispatched_at = s.dispatched_at,
  arrived_at = s.arrived_at,
  handled_at = s.handled_at,
  closed_at = s.closed_at,
  followed_up_at = s.followed_up_at,
  due_at = s.due_at,
  day_precision = coalesce(string_to_array(s.day_precision, ','), '{}'), content_hash = s.content_hash, load_id = :load_id, decides = s.decides
from pg_temp.staged_unit s
join core.incident i on i.source_id = :source_id and i.incident_code = s.incident_code
join core.category c on c.code = s.category
where u.incident_id = i.incident_id and u.unit_code = s.unit_code and s.fate = 'updated'
