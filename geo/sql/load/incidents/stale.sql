-- one row is a staged incident whose content differs from the store's and is older: it changes nothing, and is noted. Key: source_id, incident_code.
-- Older: what decides is lower; else the last thing that happened is earlier; else fewer stamps are told; else the status
-- stands earlier in a life; else the extension is shorter. A row that is equal in all of them is taken as it is delivered.
-- Only rows that the same mapping read are compared. What the store knows is the row of the last revision (core.incident_revision),
-- or events (of units, or of a load before revisions were kept).
with asked as materialized (
  select s.row_number, i.incident_id, i.revision, i.decides, i.due_at, i.duplicate_of_code, i.status
  from pg_temp.staging s
  join core.incident i on i.source_id = :source_id and i.incident_code = s.natural_key
  join ops.load l on l.load_id = i.load_id and l.mapping_hash = :mapping_hash
  where s.fate = 'updated'
), evented as (
  select a.row_number,
         max(e.occurred_at) filter (where e.kind not in ('extended', 'voided', 'duplicate_of')) as last_at,
         count(*) filter (where e.kind not in ('voided', 'duplicate_of')) as stamps,
         max((e.payload ->> 'due_at')::timestamptz) filter (where e.kind = 'extended') as extended_to
  from asked a
  join core.incident_event e on e.incident_id = a.incident_id and e.revision = a.revision and e.actor is null
  group by a.row_number
), told as (
  select s.row_number, s.decides, a.decides as known_decides,
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
           greatest(r.reported_at, r.registered_at, r.accepted_at, r.dispatched_at, r.arrived_at, r.handled_at, r.first_closed_at,
                    r.reopened_at, r.closed_at, r.followed_up_at, r.suspended_at, r.resumed_at, e.last_at),
           num_nonnulls(r.reported_at, r.registered_at, r.accepted_at, r.dispatched_at, r.arrived_at, r.handled_at, r.first_closed_at,
                        r.reopened_at, r.closed_at, r.followed_up_at, r.suspended_at, r.resumed_at, r.extended_to, a.due_at, a.duplicate_of_code)
             + coalesce(e.stamps, 0),
           array_position(array['open', 'suspended', 'closed', 'duplicate', 'voided'], a.status),
           coalesce(greatest(r.extended_to, e.extended_to), '-infinity')
         ) as known_life
  from asked a
  join pg_temp.staging s on s.row_number = a.row_number
  left join core.incident_revision r on r.incident_id = a.incident_id and r.revision = a.revision
  left join evented e on e.row_number = a.row_number
)
update pg_temp.staging s set fate = 'unchanged', notes = concat_ws(',', s.notes, 'stale_row')
from told t
where t.row_number = s.row_number
  and case when t.decides <> t.known_decides then t.decides < t.known_decides else t.life < t.known_life end
