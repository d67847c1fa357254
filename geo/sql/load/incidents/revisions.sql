-- one row is what the row of an incident says that this load made or changed, at its present revision, recorded at the clock. Key: incident_id, revision.
-- New incidents have numbers above :after and lie side by side, so that none of them is looked up by its code.
with touched as (
  select incident_id, incident_code, revision from core.incident
  where incident_id > :after and source_id = :source_id and load_id = :load_id
  union all
  select i.incident_id, i.incident_code, i.revision
  from pg_temp.staging s join core.incident i on i.source_id = :source_id and i.incident_code = s.natural_key and i.incident_id <= :after
  where s.fate = 'updated'
)
insert into core.incident_revision (incident_id, revision, load_id, recorded_at, reported_at, registered_at, accepted_at, dispatched_at, arrived_at,
  handled_at, first_closed_at, reopened_at, closed_at, followed_up_at, suspended_at, resumed_at, extended_to, was_due_at, is_void, is_duplicate, duplicate_of_code, is_solved, satisfaction_score)
select t.incident_id, t.revision, :load_id, (select ops.clock()), s.reported_at, s.registered_at, s.accepted_at, s.dispatched_at, s.arrived_at,
  s.handled_at, s.first_closed_at, s.reopened_at, s.closed_at, s.followed_up_at, s.suspended_at, s.resumed_at, s.extended_to,
  case when s.extended_to is not null then s.due_at end, s.status = 'voided', s.status = 'duplicate' or s.duplicate_of_code is not null, s.duplicate_of_code,
  s.is_solved, s.satisfaction_score
from pg_temp.staging s
join touched t on t.incident_code = s.natural_key
where s.fate is null or s.fate = 'updated'
