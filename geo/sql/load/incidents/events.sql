-- one row is one event of an incident that this load made or changed, at its present revision, recorded at the clock. *_us: µs since 1970 UTC.
-- A source that tells that something happened but not when (extension, voiding, duplicate) gets the latest moment by which it must
-- have been so for every figure (the report; for a voiding the close), and payload.is_moment_known = false.
insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id, payload)
select i.incident_id, e.kind, timestamptz 'epoch' + e.at_us * interval '1 microsecond', (select ops.clock()), i.revision, :load_id, e.payload
from pg_temp.staging s
join core.incident i on i.source_id = :source_id and i.incident_code = s.natural_key
cross join lateral (values
  ('reported'::core.event_kind, s.reported_us, null::jsonb),
  ('registered', s.registered_us, null),
  ('accepted', s.accepted_us, null),
  ('dispatched', s.dispatched_us, null),
  ('arrived', s.arrived_us, null),
  ('handled', s.handled_us, null),
  ('closed', s.first_closed_us, null),
  ('reopened', s.reopened_us, null),
  ('closed', s.closed_us, null),
  ('called_back', s.followed_up_us, null),
  ('suspended', s.suspended_us, null),
  ('resumed', s.resumed_us, null),
  ('extended', case when s.extended_us is not null then s.reported_us end,
   case when s.extended_us is not null then jsonb_build_object('due_at', timestamptz 'epoch' + s.extended_us * interval '1 microsecond',
                      'was_due_at', timestamptz 'epoch' + s.due_us * interval '1 microsecond', 'is_moment_known', false) end),
  ('voided', case when s.status = 'voided' then coalesce(s.closed_us, s.reported_us) end, '{"is_moment_known": false}'),
  ('duplicate_of', case when s.status = 'duplicate' or s.duplicate_of_code is not null then s.reported_us end,
   case when s.status = 'duplicate' or s.duplicate_of_code is not null
        then jsonb_build_object('incident_code', s.duplicate_of_code, 'is_moment_known', false) end)
) e (kind, at_us, payload)
where (s.fate is null or s.fate = 'updated') and e.at_us is not null
