-- one row is a staged incident whose content differs from the store's and is older: it changes nothing, and is noted. Key: source_id, incident_code.
-- Older: what decides is lower; else the last thing that happened is earlier; else fewer stamps are told; else the status
-- stands earlier in a life; else the extension is shorter. A row that is equal in all of them is taken as it is delivered.
-- Only rows that the same mapping read are compared.
with told as (
  select s.row_number, s.decides, i.decides as known_decides,
         row(
           greatest(s.reported_at, s.registered_at, s.accepted_at, s.dispatched_at, s.arrived_at, s.handled_at, s.first_closed_at,
                    s.reopened_at, s.closed_at, s.followed_up_at, s.suspended_at, s.resumed_at),
           num_nonnulls(s.reported_at, s.registered_at, s.accepted_at, s.dispatched_at, s.arrived_at, s.handled_at, s.first_closed_at,
                        s.reopened_at, s.closed_at, s.followed_up_at, s.suspended_at, s.resumed_at, s.extended_to,
                        coalesce(s.extended_to, s.due_at), s.duplicate_of_code)::bigint,
           array_position(array['open', 'suspended', 'closed', 'duplicate', 'voided'], s.status),
           coalesce(s.extended_to, '-infinity')
         ) as life,
         row(
           known.last_at,
           known.stamps + num_nonnulls(i.due_at, i.duplicate_of_code),
           array_position(array['open', 'suspended', 'closed', 'duplicate', 'voided'], i.status),
           known.extended_to
         ) as known_life
  from pg_temp.staging s
  join core.incident i on i.source_id = :source_id and i.incident_code = s.natural_key
  join ops.load l on l.load_id = i.load_id and l.mapping_hash = :mapping_hash
  cross join lateral (
    select max(e.occurred_at) filter (where e.kind not in ('extended', 'voided', 'duplicate_of')) as last_at,
           count(*) filter (where e.kind not in ('voided', 'duplicate_of')) as stamps,
           coalesce(max((e.payload ->> 'due_at')::timestamptz) filter (where e.kind = 'extended'), '-infinity') as extended_to
    from core.incident_log e
    where e.incident_id = i.incident_id and e.revision = i.revision and e.actor is null
  ) known
  where s.fate = 'updated'
)
update pg_temp.staging s set fate = 'unchanged', notes = concat_ws(',', s.notes, 'stale_row')
from told t
where t.row_number = s.row_number
  and case when t.decides <> t.known_decides then t.decides < t.known_decides else t.life < t.known_life end
