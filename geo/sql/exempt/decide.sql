-- one row is a decision on the case at the clock, which its policy refuses to whoever may not take it. Key: incident_id, event_id.
insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, actor, payload)
values (:incident_id, cast(:kind as core.event_kind), ops.clock(), ops.clock(), :by, jsonb_build_object('reason', cast(:reason as text)))
