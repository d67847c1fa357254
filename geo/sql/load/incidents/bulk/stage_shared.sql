-- one row is an incident of an open bulk load whose code stands in it more than once, staged again as it was received: bulk/insert and
-- bulk/revisions backwards. Key: row_number.
with shared as (
  select incident_code from core.incident group by incident_code having count(*) > 1
)
insert into pg_temp.staging (row_number, natural_key, decides, notes, is_repaired, is_outside, category, channel, agency_responsible, status,
  lon, lat, raw, placed_by, declared_area_code, street_id, community_id, grid_id, microgrid_id,
  reported_at, registered_at, accepted_at, dispatched_at, arrived_at, handled_at, first_closed_at, reopened_at, closed_at, followed_up_at,
  due_at, extended_to, suspended_at, resumed_at, reported_on, day_precision, duplicate_of_code, reporter_ref, is_solved, satisfaction_score, content_hash)
select i.incident_id - :first_id, i.incident_code, i.decides, f.notes, coalesce(f.is_repaired, false), coalesce(f.is_outside, false), c.code,
  i.channel, i.agency_responsible, i.status,
  st_x(i.geom), st_y(i.geom), i.raw_geom::text, i.placed_by, i.declared_area_code, i.street_id, i.community_id, i.grid_id, i.microgrid_id,
  r.reported_at, r.registered_at, r.accepted_at, r.dispatched_at, r.arrived_at, r.handled_at, r.first_closed_at, r.reopened_at, r.closed_at,
  r.followed_up_at, case when r.extended_to is null then i.due_at else r.was_due_at end, r.extended_to, r.suspended_at, r.resumed_at,
  i.reported_on, nullif(array_to_string(i.day_precision, ','), ''), i.duplicate_of_code, i.reporter_ref, i.is_solved, i.satisfaction_score, i.content_hash
from core.incident i
join shared using (incident_code)
join core.incident_revision r using (incident_id)
join core.category c using (category_id)
left join pg_temp.flag f on f.row_number = i.incident_id - :first_id
