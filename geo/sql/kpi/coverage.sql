-- one row is one source of incidents in one window; key (window_no, source_id). moment = E of that source; is_covered =
-- a load of it covers a day of [start of the window, E), days in the site's zone
select w.window_no::int as window_no, s.source_id, s.code as source_code, s.stages, s.time_precision, s.is_simulated, e.moment,
       exists (
         select from core.source_coverage c
         where c.source_id = s.source_id and e.moment > w.starts
           and c.last_on >= (w.starts at time zone :zone)::date
           and c.first_on <= ((e.moment - interval '1 microsecond') at time zone :zone)::date
       ) as is_covered
from unnest(cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) with ordinality as w (starts, ends, window_no)
cross join core.source s
cross join lateral (select least(w.ends, ops.clock(), s.as_of) as moment) e
where s.dataset = 'incidents'
order by w.window_no, s.source_id
