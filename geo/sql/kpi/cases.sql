-- one row is one case in one window: either reported in it (in_window), or open at its moment E whenever it was
-- reported (not in_window); key (window_no, in_window, incident_id). Void cases and duplicates folded into their
-- original are not here; is_orphan = a duplicate whose original is unknown, which every mark excludes. moment = E = min(end of the window, clock, end of the source's snapshot).
-- by_e columns say what the events before E give; *_at columns hold the stamps known at the clock.
-- A reopened, suspended or extended case (has_history) is read from its event log: the feed's highest revision
-- and what officers wrote. An event that carries due_at in its payload sets the deadline from then on; an extension
-- also names the deadline it replaced (was_due_at), which holds before it.
with windows as (
  select w.window_no::int as window_no, w.starts, w.ends, ops.clock() as clock
  from unnest(cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) with ordinality as w (starts, ends, window_no)
),
moments as (
  select w.*, s.source_id, s.stages, s.time_precision = 'day' as is_by_day, least(w.ends, w.clock, s.as_of) as moment
  from windows w cross join core.source s
  where s.dataset = 'incidents'
),
kinds as (
  select k.category_id
  from core.category k
  where (cast(:category as text) is null or k.code = :category)
    and (cast(:response_class as text) is null or k.response_class = :response_class)
),
-- offset 0 keeps each window a range of the index instead of one comparison of every case with every window
candidates as (
  select m.window_no, m.moment, m.clock, m.stages, m.is_by_day, true as in_window, c.*
  from moments m
  cross join lateral (
    select i.*
    from core.incident i
    where i.source_id = m.source_id and i.reported_at >= m.starts and i.reported_at < m.ends and i.reported_at <= m.clock
    offset 0
  ) c
  where cast(:with_reported as boolean) and c.category_id in (select k.category_id from kinds k)
  union all
  select m.window_no, m.moment, m.clock, m.stages, m.is_by_day, false, i.*
  from moments m
  join core.incident i on i.source_id = m.source_id and i.reported_at < m.moment
                      and (i.closed_at is null or i.closed_at >= m.moment)
  where cast(:with_open as boolean) and i.category_id in (select k.category_id from kinds k)
),
state as (
  select c.*,
         c.is_duplicate and not coalesce(core.has_original(c.source_id, c.incident_code, c.duplicate_of_code), false) as is_orphan,
         case when c.has_history then log.closed_by_e when c.closed_at < c.moment then c.closed_at end as closed_by_e,
         case when c.has_history then log.closed_now when c.closed_at <= c.clock then c.closed_at end as closed_now,
         case when c.has_history then coalesce(log.due_by_e, c.due_at) else c.due_at end as due_by_e,
         c.has_history and log.is_suspended and log.closed_by_e is null as is_suspended
  from candidates c
  left join lateral (
    select case when l.close_e > coalesce(l.reopen_e, '-infinity') or l.close_e = l.reopen_e and l.closes_e > l.reopens_e
                then l.close_e end as closed_by_e,
           case when l.close_now > coalesce(l.reopen_now, '-infinity') or l.close_now = l.reopen_now and l.closes_now > l.reopens_now
                then l.close_now end as closed_now,
           coalesce(l.suspended_e > coalesce(l.resumed_e, '-infinity'), false) as is_suspended,
           coalesce(l.due_by_e, l.due_before_later) as due_by_e
    from (
      select max(e.occurred_at) filter (where e.kind = 'closed' and e.occurred_at < c.moment) as close_e,
             max(e.occurred_at) filter (where e.kind = 'reopened' and e.occurred_at < c.moment) as reopen_e,
             count(*) filter (where e.kind = 'closed' and e.occurred_at < c.moment) as closes_e,
             count(*) filter (where e.kind = 'reopened' and e.occurred_at < c.moment) as reopens_e,
             max(e.occurred_at) filter (where e.kind = 'closed') as close_now,
             max(e.occurred_at) filter (where e.kind = 'reopened') as reopen_now,
             count(*) filter (where e.kind = 'closed') as closes_now,
             count(*) filter (where e.kind = 'reopened') as reopens_now,
             max(e.occurred_at) filter (where e.kind = 'suspended' and e.occurred_at < c.moment) as suspended_e,
             max(e.occurred_at) filter (where e.kind = 'resumed' and e.occurred_at < c.moment) as resumed_e,
             (array_agg((e.payload ->> 'due_at')::timestamptz order by e.occurred_at desc, e.event_id desc)
               filter (where e.payload ->> 'due_at' is not null and e.occurred_at < c.moment))[1] as due_by_e,
             (array_agg((e.payload ->> 'was_due_at')::timestamptz order by e.occurred_at, e.event_id)
               filter (where e.kind = 'extended' and e.occurred_at >= c.moment))[1] as due_before_later
      from core.incident_log e
      where c.has_history and e.incident_id = c.incident_id and (e.occurred_at <= c.clock or e.kind = 'extended')
        and (e.actor is not null or e.revision = c.revision)
    ) l
  ) log on true
  where not c.is_void
),
cases as (
  select s.window_no, s.in_window, s.incident_id, s.street_id, s.community_id, s.grid_id, s.microgrid_id,
         s.stages, s.is_by_day, s.day_precision, s.is_orphan, s.is_suspended, s.closed_by_e, s.due_by_e,
         s.closed_by_e is not null as is_closed,
         coalesce(s.followed_up_at < s.moment, false) as is_followed_up,
         s.due_by_e is not null as has_deadline,
         case when 'due_at' = any (s.day_precision)
              then ((s.due_by_e at time zone :zone)::date + 1)::timestamp at time zone :zone <= s.moment
              else s.due_by_e < s.moment end as is_due,
         case when s.day_precision && array['due_at', 'closed_at']
              then (s.closed_by_e at time zone :zone)::date <= (s.due_by_e at time zone :zone)::date
              else s.closed_by_e <= s.due_by_e end as is_on_time,
         s.reported_at,
         case when s.registered_at <= s.clock then s.registered_at end as registered_at,
         case when s.accepted_at <= s.clock then s.accepted_at end as accepted_at,
         case when s.dispatched_at <= s.clock then s.dispatched_at end as dispatched_at,
         case when s.arrived_at <= s.clock then s.arrived_at end as arrived_at,
         s.closed_now as closed_at,
         case when s.followed_up_at <= s.clock then s.followed_up_at end as followed_up_at
  from state s
  where (s.is_orphan or not s.is_duplicate) and (s.in_window or s.closed_by_e is null)
)
