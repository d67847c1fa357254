-- one row is an incident whose sender's row changed: a new revision of it. Key: source_id, incident_code.
update core.incident i set
  category_id = c.category_id, channel = s.channel, agency_responsible = s.agency_responsible, status = s.status,
  geom = st_setsrid(st_makepoint(s.lon, s.lat), 4326), raw_geom = s.raw::geometry, placed_by = s.placed_by, declared_area_code = s.declared_area_code,
  street_id = s.street_id, community_id = s.community_id, grid_id = s.grid_id, microgrid_id = s.microgrid_id,
  reported_at = s.reported_at, reported_on = s.reported_on,
  registered_at = s.registered_at,
  accepted_at = s.accepted_at,
  dispatched_at = s.dispatched_at,
  arrived_at = s.arrived_at,
  handled_at = s.handled_at,
  closed_at = case when s.reopened_at is null then coalesce(s.closed_at, s.first_closed_at)
                                         when s.closed_at >= s.reopened_at then s.closed_at end,
  followed_up_at = s.followed_up_at,
  due_at = coalesce(s.extended_to, s.due_at),
  day_precision = coalesce(string_to_array(s.day_precision, ','), '{}'), is_void = s.status = 'voided',
  is_duplicate = s.status = 'duplicate' or s.duplicate_of_code is not null, duplicate_of_code = s.duplicate_of_code,
  reporter_ref = s.reporter_ref, is_solved = s.is_solved, satisfaction_score = s.satisfaction_score,
  has_history = coalesce(s.reopened_at, s.suspended_at, s.extended_to) is not null
    or exists (select from core.incident_event e where e.incident_id = i.incident_id and e.actor is not null
                 and e.kind in ('closed', 'reopened', 'suspended', 'resumed', 'extended')),
  revision = i.revision + 1, content_hash = s.content_hash, load_id = :load_id, decides = s.decides
from pg_temp.staging s join core.category c on c.code = s.category
where i.source_id = :source_id and i.incident_code = s.natural_key and s.fate = 'updated'
