-- windows: one row is a window asked for. moments: one row is a source of incidents in a window; moment = E = min(end of the window,
-- clock, end of the source's snapshot), known_until = up to when anything of it is known; tells_* = what the source carries;
-- lately_from = 28 days before E, before_from = as long a time before the window as it lasts up to E, opened_at = the start of the window,
-- or E where that is earlier: said here, since under row security the ends of a range that are computed beside the cases do not become a
-- range of an index.
-- kinds: one row is a category asked for.
with windows as (
  select w.window_no::int as window_no, w.starts, w.ends, ops.clock() as clock
  from unnest(cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) with ordinality as w (starts, ends, window_no)
),
moments as (
  select e.*, e.moment - interval '28 days' as lately_from, e.starts - (e.moment - e.starts) as before_from,
         least(e.starts, e.moment) as opened_at
  from (
    select w.*, s.source_id, s.stages, s.time_precision = 'day' as is_by_day, least(w.ends, w.clock, s.as_of) as moment,
           least(w.clock, s.as_of) as known_until,
           'registered' = any (s.stages) as tells_registration, 'dispatched' = any (s.stages) as tells_dispatch,
           'closed' = any (s.stages) as tells_close, 'followed_up' = any (s.stages) as tells_follow_up,
           'suspended' = any (s.stages) as tells_suspension, 'extended' = any (s.stages) as tells_extension,
           'reopened' = any (s.stages) as tells_reopening, 'solved' = any (s.stages) as tells_solved, 'scored' = any (s.stages) as tells_scored
    from windows w cross join core.source s
    where s.dataset = 'incidents'
  ) e
),
kinds as (
  select k.category_id, k.response_class
  from core.category k
  where (cast(:category as text) is null or k.code = :category)
    and (cast(:response_class as text) is null or k.response_class = :response_class)
)
