-- one row is a staged unit whose content differs from the store's and is older (as load/incidents/stale says): it changes
-- nothing, and is noted. Key: source_id, incident_code, unit_code. *_us: µs since 1970 UTC.
with told as (
  select s.row_number, s.decides, u.decides as known_decides,
         array[
           greatest(s.reported_us, s.registered_us, s.accepted_us, s.dispatched_us, s.arrived_us, s.handled_us, s.closed_us, s.followed_up_us),
           num_nonnulls(s.reported_us, s.registered_us, s.accepted_us, s.dispatched_us, s.arrived_us, s.handled_us, s.closed_us,
                        s.followed_up_us, s.due_us)
         ] as life,
         array[
           (extract(epoch from greatest(u.reported_at, u.registered_at, u.accepted_at, u.dispatched_at, u.arrived_at, u.handled_at,
                                        u.closed_at, u.followed_up_at)) * 1000000)::bigint,
           num_nonnulls(u.reported_at, u.registered_at, u.accepted_at, u.dispatched_at, u.arrived_at, u.handled_at, u.closed_at,
                        u.followed_up_at, u.due_at)
         ] as known_life
  from pg_temp.staging s
  join core.incident i on i.source_id = :source_id and i.incident_code = s.incident_code
  join core.incident_unit u on u.incident_id = i.incident_id and u.unit_code = s.unit_code
  join ops.load l on l.load_id = u.load_id and l.mapping_hash = :mapping_hash
  where s.fate = 'updated'
)
update pg_temp.staging s set fate = 'unchanged', notes = concat_ws(',', s.notes, 'stale_row')
from told t
where t.row_number = s.row_number
  and case when t.decides <> t.known_decides then t.decides < t.known_decides else t.life < t.known_life end
