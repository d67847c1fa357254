-- one row is what the staged row of a first bulk load says of its incident, recorded at the clock. Key: incident_id, revision.
insert into core.incident_revision (incident_id, revision, load_id, recorded_at, reported_at, registered_at, accepted_at, dispatched_at, arrived_at,
  handled_at, first_closed_at, reopened_at, closed_at, followed_up_at, suspended_at, resumed_at, extended_to, was_due_at, is_void, is_duplicate, duplicate_of_code, is_solved, satisfaction_score)
select :first_id + s.row_number, 1, :load_id, (select ops.clock()), s.reported_at, s.registered_at, s.accepted_at, s.dispatched_at, s.arrived_at,
  s.handled_at, s.first_closed_at, s.reopened_at, s.closed_at, s.followed_up_at, s.suspended_at, s.resumed_at, s.extended_to,
  case when s.extended_to is not null then s.due_at end, s.status = 'voided', s.status = 'duplicate' or s.duplicate_of_code is not null, s.duplicate_of_code,
  s.is_solved, s.satisfaction_score
from pg_temp.staging s
where s.fate is null
