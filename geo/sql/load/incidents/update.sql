-- one row is an incident whose sender's row changed: a new revision of it. Key: source_id, incident_code. *_us: µs since 1970 UTC.
update core.incident i set
  category_id = c.category_id, channel = s.channel, agency_responsible = s.agency_responsible, status = s.status,
  geom = st_setsrid(st_makepoint(s.lon, s.lat), 4326), raw_geom = s.raw::geometry, placed_by = s.placed_by, declared_area_code = s.declared_area_code,
  street_id = s.street_id, community_id = s.community_id, grid_id = s.grid_id, microgrid_id = s.microgrid_id,
  reported_at = timestamptz 'epoch' + s.reported_us * interval '1 microsecond', reported_on = s.reported_on,
  registered_at = timestamptz 'epoch' + s.registered_us * interval '1 microsecond',
  accepted_at = timestamptz 'epoch' + s.accepted_us * interval '1 microsecond',
  dispatched_at = timestamptz 'epoch' + s.dispatched_us * interval '1 microsecond',
  arrived_at = timestamptz 'epoch' + s.arrived_us * interval '1 microsecond',
  handled_at = timestamptz 'epoch' + s.handled_us * interval '1 microsecond',
  closed_at = timestamptz 'epoch' + case when s.reopened_us is null then coalesce(s.closed_us, s.first_closed_us)
                                         when s.closed_us >= s.reopened_us then s.closed_us end * interval '1 microsecond',
  followed_up_at = timestamptz 'epoch' + s.followed_up_us * interval '1 microsecond',
  due_at = timestamptz 'epoch' + coalesce(s.extended_us, s.due_us) * interval '1 microsecond',
  day_precision = coalesce(string_to_array(s.day_precision, ','), '{}'), is_void = s.status = 'voided',
  is_duplicate = s.status = 'duplicate' or s.duplicate_of_code is not null, duplicate_of_code = s.duplicate_of_code,
  has_history = coalesce(s.reopened_us, s.suspended_us, s.extended_us) is not null
    or exists (select from core.incident_event e where e.incident_id = i.incident_id and e.actor is not null
                 and e.kind in ('closed', 'reopened', 'suspended', 'resumed', 'extended')),
  revision = i.revision + 1, content_hash = s.content_hash, load_id = :load_id, decides = s.decides
from pg_temp.staging s join core.category c on c.code = s.category
where i.source_id = :source_id and i.incident_code = s.natural_key and s.fate = 'updated'
