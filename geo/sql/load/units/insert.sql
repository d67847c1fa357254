-- one row is a unit that an incident did not have. Key: incident_id, unit_code. *_us: µs since 1970 UTC.
insert into core.incident_unit (incident_id, unit_code, category_id, channel, agency_responsible, geom, raw_geom, placed_by, declared_area_code,
  street_id, community_id, grid_id, microgrid_id, reported_at, reported_on, registered_at, accepted_at, dispatched_at, arrived_at,
  handled_at, closed_at, followed_up_at, due_at, day_precision, content_hash, load_id, decides)
select i.incident_id, s.unit_code, c.category_id, s.channel, s.agency_responsible,
  st_setsrid(st_makepoint(s.lon, s.lat), 4326), s.raw::geometry, s.placed_by, s.declared_area_code,
  s.street_id, s.community_id, s.grid_id, s.microgrid_id,
  timestamptz 'epoch' + s.reported_us * interval '1 microsecond', s.reported_on,
  timestamptz 'epoch' + s.registered_us * interval '1 microsecond', timestamptz 'epoch' + s.accepted_us * interval '1 microsecond',
  timestamptz 'epoch' + s.dispatched_us * interval '1 microsecond', timestamptz 'epoch' + s.arrived_us * interval '1 microsecond',
  timestamptz 'epoch' + s.handled_us * interval '1 microsecond', timestamptz 'epoch' + s.closed_us * interval '1 microsecond',
  timestamptz 'epoch' + s.followed_up_us * interval '1 microsecond', timestamptz 'epoch' + s.due_us * interval '1 microsecond',
  coalesce(string_to_array(s.day_precision, ','), '{}'), s.content_hash, :load_id, s.decides
from pg_temp.staged_unit s
join core.incident i on i.source_id = :source_id and i.incident_code = s.incident_code
join core.category c on c.code = s.category
where s.fate is null
