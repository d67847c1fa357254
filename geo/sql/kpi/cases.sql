-- one row is one case in one window and one part of it; key (window_no, part, incident_id). Parts, of which :parts are wanted:
--   reported         reported in [start, end)                 open             open at E, whenever it was reported
--   reported_each    the same, duplicates each by itself
--   reported_before  reported in [start - (E - start), start) open_at_start    open at the start, whenever it was reported
--   closed           closed in [start, E)                     closed_lately    closed in the 28 days before E
-- Void cases and duplicates folded into their original are not here; is_orphan = a duplicate whose original is unknown, which
-- every mark excludes. moment = E = min(end of the window, clock, end of the source's snapshot); of open_at_start the start.
-- by_e columns say what the events before E give; *_at columns hold the stamps known at the clock.
-- A reopened, suspended or extended case (has_history) is read from its event log: the feed's highest revision
-- and what officers wrote. An event that carries due_at in its payload sets the deadline from then on; an extension
-- also names the deadline it replaced (was_due_at), which holds before it.
with windows as (
  select w.window_no::int as window_no, w.starts, w.ends, ops.clock() as clock
  from unnest(cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) with ordinality as w (starts, ends, window_no)
),
moments as (
  select w.*, s.source_id, s.stages, s.time_precision = 'day' as is_by_day, least(w.ends, w.clock, s.as_of) as moment,
         least(w.clock, s.as_of) as known_until
  from windows w cross join core.source s
  where s.dataset = 'incidents'
),
-- a part is a range of reports, or what was open at a moment, or a range of closes
reports as (
  select m.*, p.part, case p.part when 'reported_before' then m.starts - (m.moment - m.starts) else m.starts end as from_at,
         case p.part when 'reported_before' then m.starts else m.ends end as to_at
  from moments m cross join (values ('reported'), ('reported_each'), ('reported_before')) p (part)
  where p.part = any (cast(:parts as text[])) and (p.part <> 'reported_before' or m.moment > m.starts)
),
stands as (
  select m.window_no, m.source_id, m.stages, m.is_by_day, m.clock, m.known_until, p.part,
         case p.part when 'open' then m.moment else least(m.starts, m.moment) end as moment
  from moments m cross join (values ('open'), ('open_at_start')) p (part)
  where p.part = any (cast(:parts as text[]))
),
closes as (
  select m.*, p.part, case p.part when 'closed' then m.starts else m.moment - interval '28 days' end as from_at
  from moments m cross join (values ('closed'), ('closed_lately')) p (part)
  where p.part = any (cast(:parts as text[]))
),
kinds as (
  select k.category_id, k.response_class
  from core.category k
  where (cast(:category as text) is null or k.code = :category)
    and (cast(:response_class as text) is null or k.response_class = :response_class)
),
-- offset 0 keeps each window a range of the index instead of one comparison of every case with every window
candidates as (
  select r.window_no, r.moment, r.clock, r.known_until, r.stages, r.is_by_day, r.part, null::timestamptz as closed_from, c.*
  from reports r
  cross join lateral (
    select i.*
    from core.incident i
    where i.source_id = r.source_id and i.reported_at >= r.from_at and i.reported_at < r.to_at and i.reported_at <= r.clock
    offset 0
  ) c
  union all
  select s.window_no, s.moment, s.clock, s.known_until, s.stages, s.is_by_day, s.part, null, i.*
  from stands s
  join core.incident i on i.source_id = s.source_id and i.reported_at < s.moment
                      and (i.closed_at is null or i.closed_at >= s.moment)
  union all
  select e.window_no, e.moment, e.clock, e.known_until, e.stages, e.is_by_day, e.part, e.from_at, c.*
  from closes e
  cross join lateral (
    select i.* from core.incident i
    where i.source_id = e.source_id and not i.has_history and i.closed_at >= e.from_at and i.closed_at < e.moment and i.reported_at <= e.clock
    union all
    select i.* from core.incident i
    where i.source_id = e.source_id and i.has_history and i.reported_at < e.moment and (i.closed_at is null or i.closed_at >= e.from_at)
    offset 0
  ) c
),
state as (
  select c.*, k.response_class,
         c.is_duplicate and not coalesce(core.has_original(c.source_id, c.incident_code, c.duplicate_of_code), false) as is_orphan,
         case when c.has_history then log.closed_by_e when c.closed_at < c.moment then c.closed_at end as closed_by_e,
         case when c.has_history then log.closed_now when c.closed_at <= c.clock then c.closed_at end as closed_now,
         case when c.has_history then coalesce(log.due_by_e, c.due_at) else c.due_at end as due_by_e,
         c.has_history and log.is_suspended and log.closed_by_e is null as is_suspended,
         c.has_history and log.was_suspended as was_suspended,
         c.has_history and log.was_reopened as was_reopened,
         c.has_history and log.is_extended as is_extended,
         case when c.has_history then log.was_closed else coalesce(c.closed_at < c.moment, false) end as was_closed
  from candidates c
  join kinds k using (category_id)
  left join lateral (
    select case when l.close_e > coalesce(l.reopen_e, '-infinity') or l.close_e = l.reopen_e and l.closes_e > l.reopens_e
                then l.close_e end as closed_by_e,
           case when l.close_now > coalesce(l.reopen_now, '-infinity') or l.close_now = l.reopen_now and l.closes_now > l.reopens_now
                then l.close_now end as closed_now,
           coalesce(l.suspended_e > coalesce(l.resumed_e, '-infinity'), false) as is_suspended,
           coalesce(l.due_by_e, l.due_before_later) as due_by_e,
           l.suspended_e is not null as was_suspended,
           coalesce(l.reopen_e > least(l.first_close_e, l.handle_e), false) as was_reopened,
           l.extend_e is not null as is_extended,
           l.close_e is not null as was_closed
    from (
      select max(e.occurred_at) filter (where e.kind = 'closed' and e.occurred_at < c.moment) as close_e,
             max(e.occurred_at) filter (where e.kind = 'reopened' and e.occurred_at < c.moment) as reopen_e,
             count(*) filter (where e.kind = 'closed' and e.occurred_at < c.moment) as closes_e,
             count(*) filter (where e.kind = 'reopened' and e.occurred_at < c.moment) as reopens_e,
             max(e.occurred_at) filter (where e.kind = 'closed') as close_now,
             max(e.occurred_at) filter (where e.kind = 'reopened') as reopen_now,
             count(*) filter (where e.kind = 'closed') as closes_now,
             count(*) filter (where e.kind = 'reopened') as reopens_now,
             min(e.occurred_at) filter (where e.kind = 'closed' and e.occurred_at < c.moment) as first_close_e,
             min(e.occurred_at) filter (where e.kind = 'handled' and e.occurred_at < c.moment) as handle_e,
             max(e.occurred_at) filter (where e.kind = 'extended' and e.occurred_at < c.moment) as extend_e,
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
  select s.window_no, s.part, s.incident_id, s.category_id, s.response_class, s.moment, s.known_until, s.street_id, s.community_id, s.grid_id, s.microgrid_id,
         s.stages, s.is_by_day, s.day_precision, s.is_orphan, s.is_duplicate, s.is_suspended, s.was_suspended, s.was_reopened, s.is_extended, s.was_closed,
         s.closed_by_e, s.due_by_e,
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
         case when s.handled_at <= s.clock then s.handled_at end as handled_at,
         s.closed_now as closed_at,
         case when s.followed_up_at <= s.clock then s.followed_up_at end as followed_up_at
  from state s
  where (s.is_orphan or not s.is_duplicate or s.part = 'reported_each')
    and case when s.part in ('open', 'open_at_start') then s.closed_by_e is null
             when s.part in ('closed', 'closed_lately') then s.closed_by_e >= s.closed_from
             else true end
)
