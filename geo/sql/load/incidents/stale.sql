-- one row is a staged incident whose content differs from the store's and is older: it changes nothing, and is noted. Key: source_id, incident_code.
-- Older: what decides is lower; else the last thing that happened is earlier; else fewer stamps are told; else the status
-- stands earlier in a life; else the extension is shorter. A row that is equal in all of them is taken as it is delivered.
-- Only rows that the same mapping read are compared. *_us: µs since 1970 UTC.
with told as (
  select s.row_number, s.decides, i.decides as known_decides,
         array[
           greatest(s.reported_us, s.registered_us, s.accepted_us, s.dispatched_us, s.arrived_us, s.handled_us, s.first_closed_us,
                    s.reopened_us, s.closed_us, s.followed_up_us, s.suspended_us, s.resumed_us),
           num_nonnulls(s.reported_us, s.registered_us, s.accepted_us, s.dispatched_us, s.arrived_us, s.handled_us, s.first_closed_us,
                        s.reopened_us, s.closed_us, s.followed_up_us, s.suspended_us, s.resumed_us, s.extended_us,
                        coalesce(s.extended_us, s.due_us), s.duplicate_of_code),
           array_position(array['open', 'suspended', 'closed', 'duplicate', 'voided'], s.status),
           coalesce(s.extended_us, 0)
         ] as life,
         array[
           known.last_us,
           known.stamps + num_nonnulls(i.due_at, i.duplicate_of_code),
           array_position(array['open', 'suspended', 'closed', 'duplicate', 'voided'], i.status),
           known.extended_us
         ] as known_life
  from pg_temp.staging s
  join core.incident i on i.source_id = :source_id and i.incident_code = s.natural_key
  join ops.load l on l.load_id = i.load_id and l.mapping_hash = :mapping_hash
  cross join lateral (
    select (extract(epoch from max(e.occurred_at) filter (where e.kind not in ('extended', 'voided', 'duplicate_of'))) * 1000000)::bigint as last_us,
           count(*) filter (where e.kind not in ('voided', 'duplicate_of')) as stamps,
           coalesce(max((extract(epoch from (e.payload ->> 'due_at')::timestamptz) * 1000000)::bigint) filter (where e.kind = 'extended'), 0) as extended_us
    from core.incident_event e
    where e.incident_id = i.incident_id and e.revision = i.revision and e.actor is null
  ) known
  where s.fate = 'updated'
)
update pg_temp.staging s set fate = 'unchanged', notes = concat_ws(',', s.notes, 'stale_row')
from told t
where t.row_number = s.row_number
  and case when t.decides <> t.known_decides then t.decides < t.known_decides else t.life < t.known_life end
