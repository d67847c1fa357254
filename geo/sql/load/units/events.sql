-- one row is one event of an incident made of units that this load made or changed, at its present revision, recorded at
-- the clock: each unit's dispatch and arrival (payload.unit), and what happens to the whole once.
insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id, payload)
select i.incident_id, e.kind, e.at, (select ops.clock()), i.revision, :load_id, e.payload
from pg_temp.staging s
join core.incident i on i.source_id = :source_id and i.incident_code = s.natural_key
cross join lateral (
  select w.kind, w.at, null::jsonb as payload
  from (values
    ('reported'::core.event_kind, s.reported_at), ('registered', s.registered_at), ('accepted', s.accepted_at),
    ('handled', s.handled_at), ('closed', s.closed_at), ('called_back', s.followed_up_at)
  ) w (kind, at)
  union all
  select p.kind, p.at, jsonb_build_object('unit', u.unit_code)
  from core.incident_unit u
  cross join lateral (values ('dispatched'::core.event_kind, u.dispatched_at), ('arrived', u.arrived_at)) p (kind, at)
  where u.incident_id = i.incident_id
) e
where (s.fate is null or s.fate = 'updated') and e.at is not null
