-- one row: of all stamps and events (officers' too) of the cases reported in [:starts, :ends), and the reports of originals that duplicates reported
-- before :ends name, the last up to the clock (last_at) and the first after it (next_at); null where there is none.
-- known_until = the end of the last snapshot, null where a source of incidents is none
with known as (
  select s.at
  from core.incident i
  cross join lateral (values (i.registered_at), (i.accepted_at), (i.dispatched_at), (i.arrived_at), (i.handled_at), (i.closed_at),
                             (i.followed_up_at)) s (at)
  where i.reported_at >= cast(:starts as timestamptz) and i.reported_at < cast(:ends as timestamptz)
  union all
  select e.occurred_at
  from core.incident i
  cross join lateral (select l.occurred_at from core.incident_log l where l.incident_id = i.incident_id offset 0) e
  where i.has_history and i.reported_at >= cast(:starts as timestamptz) and i.reported_at < cast(:ends as timestamptz)
  union all
  select e.occurred_at
  from core.incident i join core.incident_event e using (incident_id)
  where e.actor is not null and i.reported_at >= cast(:starts as timestamptz) and i.reported_at < cast(:ends as timestamptz)
  union all
  select o.reported_at
  from core.incident i join core.incident o on o.source_id = i.source_id and o.incident_code = i.duplicate_of_code
  where i.duplicate_of_code is not null and i.reported_at < cast(:ends as timestamptz)
)
select max(k.at) filter (where k.at <= ops.clock()) as last_at, min(k.at) filter (where k.at > ops.clock()) as next_at,
       (select max(s.as_of) from core.source s where s.dataset = 'incidents' having count(*) = count(s.as_of)) as known_until
from known k
