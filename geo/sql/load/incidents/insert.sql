-- one row is a new incident with the stamps that follow from its row: closed_at is the last close not followed by a reopen,
-- due_at includes the extension. Key: source_id, incident_code.
insert into core.incident (source_id, incident_code, category_id, channel, agency_responsible, status, geom, raw_geom, placed_by, declared_area_code,
  street_id, community_id, grid_id, microgrid_id, reported_at, reported_on, registered_at, accepted_at, dispatched_at, arrived_at,
  handled_at, closed_at, followed_up_at, due_at, day_precision, is_void, is_duplicate, duplicate_of_code, has_history, reporter_ref, is_solved, satisfaction_score, content_hash, load_id, decides)
select :source_id, s.natural_key, c.category_id, s.channel, s.agency_responsible, s.status,
  st_setsrid(st_makepoint(s.lon, s.lat), 4326), s.raw::geometry, s.placed_by, s.declared_area_code,
  s.street_id, s.community_id, s.grid_id, s.microgrid_id,
  s.reported_at, s.reported_on,
  s.registered_at, s.accepted_at,
  s.dispatched_at, s.arrived_at,
  s.handled_at,
  case when s.reopened_at is null then coalesce(s.closed_at, s.first_closed_at)
                             when s.closed_at >= s.reopened_at then s.closed_at end,
  s.followed_up_at,
  coalesce(s.extended_to, s.due_at),
  coalesce(string_to_array(s.day_precision, ','), '{}'), s.status = 'voided',
  s.status = 'duplicate' or s.duplicate_of_code is not null, s.duplicate_of_code,
  coalesce(s.reopened_at, s.suspended_at, s.extended_to) is not null, s.reporter_ref, s.is_solved, s.satisfaction_score, s.content_hash, :load_id, s.decides
from pg_temp.staging s join core.category c on c.code = s.category
where s.fate is null
