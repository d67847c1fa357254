-- one row is a new incident with the stamps that follow from its row: closed_at is the last close not followed by a reopen,
-- due_at includes the extension. Key: source_id, incident_code. *_us: µs since 1970 UTC.
insert into core.incident (source_id, incident_code, category_id, channel, agency_responsible, status, geom, raw_geom, placed_by, declared_area_code,
  street_id, community_id, grid_id, microgrid_id, reported_at, reported_on, registered_at, accepted_at, dispatched_at, arrived_at,
  handled_at, closed_at, followed_up_at, due_at, day_precision, is_void, is_duplicate, duplicate_of_code, has_history, content_hash, load_id, decides)
select :source_id, s.natural_key, c.category_id, s.channel, s.agency_responsible, s.status,
  st_setsrid(st_makepoint(s.lon, s.lat), 4326), s.raw::geometry, s.placed_by, s.declared_area_code,
  s.street_id, s.community_id, s.grid_id, s.microgrid_id,
  timestamptz 'epoch' + s.reported_us * interval '1 microsecond', s.reported_on,
  timestamptz 'epoch' + s.registered_us * interval '1 microsecond', timestamptz 'epoch' + s.accepted_us * interval '1 microsecond',
  timestamptz 'epoch' + s.dispatched_us * interval '1 microsecond', timestamptz 'epoch' + s.arrived_us * interval '1 microsecond',
  timestamptz 'epoch' + s.handled_us * interval '1 microsecond',
  timestamptz 'epoch' + case when s.reopened_us is null then coalesce(s.closed_us, s.first_closed_us)
                             when s.closed_us >= s.reopened_us then s.closed_us end * interval '1 microsecond',
  timestamptz 'epoch' + s.followed_up_us * interval '1 microsecond',
  timestamptz 'epoch' + coalesce(s.extended_us, s.due_us) * interval '1 microsecond',
  coalesce(string_to_array(s.day_precision, ','), '{}'), s.status = 'voided',
  s.status = 'duplicate' or s.duplicate_of_code is not null, s.duplicate_of_code,
  coalesce(s.reopened_us, s.suspended_us, s.extended_us) is not null, s.content_hash, :load_id, s.decides
from pg_temp.staging s join core.category c on c.code = s.category
where s.fate is null
