-- one row is a unit whose sender's row changed. Key: incident_id, unit_code. *_us: µs since 1970 UTC.
update core.incident_unit u set
  category_id = c.category_id, channel = s.channel, agency_responsible = s.agency_responsible,
  geom = st_setsrid(st_makepoint(s.lon, s.lat), 4326), raw_geom = s.raw::geometry, placed_by = s.placed_by, declared_area_code = s.declared_area_code,
  street_id = s.street_id, community_id = s.community_id, grid_id = s.grid_id, microgrid_id = s.microgrid_id,
  reported_at = timestamptz 'epoch' + s.reported_us * interval '1 microsecond', reported_on = s.reported_on,
  registered_at = timestamptz 'epoch' + s.registered_us * interval '1 microsecond',
  accepted_at = timestamptz 'epoch' + s.accepted_us * interval '1 microsecond',
  dispatched_at = timestamptz 'epoch' + s.dispatched_us * interval '1 microsecond',
  arrived_at = timestamptz 'epoch' + s.arrived_us * interval '1 microsecond',
  handled_at = timestamptz 'epoch' + s.handled_us * interval '1 microsecond',
  closed_at = timestamptz 'epoch' + s.closed_us * interval '1 microsecond',
  followed_up_at = timestamptz 'epoch' + s.followed_up_us * interval '1 microsecond',
  due_at = timestamptz 'epoch' + s.due_us * interval '1 microsecond',
  day_precision = coalesce(string_to_array(s.day_precision, ','), '{}'), content_hash = s.content_hash, load_id = :load_id, decides = s.decides
from pg_temp.staged_unit s
join core.incident i on i.source_id = :source_id and i.incident_code = s.incident_code
join core.category c on c.code = s.category
where u.incident_id = i.incident_id and u.unit_code = s.unit_code and s.fate = 'updated'
