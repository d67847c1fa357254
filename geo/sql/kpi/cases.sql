-- one row is one case in one window and one part of it (kpi/parts); key (window_no, incident_id). Void cases are not here; is_folded = a
-- duplicate that belongs to its original, is_orphan = a duplicate whose original is unknown, which every mark excludes.
-- at = the moment up to which events count: E, or the start of the window for what was open then.
-- by_e columns say what the events before that moment give; *_at columns hold the stamps known at the clock.
-- due_passed_at = the moment at which the deadline has passed: a bare date passes with the end of its day.
-- A reopened, suspended or extended case (has_history) is read from its event log: the feed's highest revision
-- and what officers wrote. An event that carries due_at in its payload sets the deadline from then on; an extension
-- also names the deadline it replaced (was_due_at), which holds before it.
, candidates_of_part as (
  rows_of_part
), state_of_part as (
  select c.*, k.response_class, m.moment, m.clock, m.known_until, m.is_by_day, m.tells_registration, m.tells_dispatch, m.tells_close,
         m.tells_follow_up, m.tells_suspension, m.tells_extension, m.tells_reopening, m.tells_solved, m.tells_scored,
         c.is_duplicate and not coalesce(core.has_original(c.source_id, c.incident_code, c.duplicate_of_code), false) as is_orphan,
         case when c.has_history then log.closed_by_e when c.closed_at < c.at then c.closed_at end as closed_by_e,
         case when c.has_history then log.closed_now when c.closed_at <= m.clock then c.closed_at end as closed_now,
         case when c.has_history then coalesce(log.due_by_e, c.due_at) else c.due_at end as due_by_e,
         c.has_history and log.is_suspended and log.closed_by_e is null as is_suspended,
         c.has_history and log.was_suspended as was_suspended,
         c.has_history and log.was_reopened as was_reopened,
         c.has_history and log.is_extended as is_extended,
         case when c.has_history then log.was_closed else coalesce(c.closed_at < c.at, false) end as was_closed
  from candidates_of_part c
  join kinds k using (category_id)
  join moments m using (window_no, source_id)
  left join lateral (
    select case when l.close_e > coalesce(l.reopen_e, '-infinity') or l.close_e = l.reopen_e and l.closes_e > l.reopens_e
                then l.close_e end as closed_by_e,
           case when l.close_now > coalesce(l.reopen_now, '-infinity') or l.close_now = l.reopen_now and l.closes_now > l.reopens_now
                then l.close_now end as closed_now,
           coalesce(l.suspended_e > coalesce(l.resumed_e, '-infinity'), false) as is_suspended,
           coalesce(l.due_by_e, l.due_before_later) as due_by_e,
           l.suspended_e is not null as was_suspended,
           coalesce(l.reopen_e >= least(l.first_close_e, l.handle_e), false) as was_reopened,
           l.extend_e is not null as is_extended,
           l.close_e is not null as was_closed
    from (select where c.has_history offset 0) asked -- nearly all cases have none: the aggregate is not even begun then
    cross join lateral (
      select max(e.occurred_at) filter (where e.kind = 'closed' and e.occurred_at < c.at) as close_e,
             max(e.occurred_at) filter (where e.kind = 'reopened' and e.occurred_at < c.at) as reopen_e,
             count(*) filter (where e.kind = 'closed' and e.occurred_at < c.at) as closes_e,
             count(*) filter (where e.kind = 'reopened' and e.occurred_at < c.at) as reopens_e,
             max(e.occurred_at) filter (where e.kind = 'closed') as close_now,
             max(e.occurred_at) filter (where e.kind = 'reopened') as reopen_now,
             count(*) filter (where e.kind = 'closed') as closes_now,
             count(*) filter (where e.kind = 'reopened') as reopens_now,
             min(e.occurred_at) filter (where e.kind = 'closed' and e.occurred_at < c.at) as first_close_e,
             min(e.occurred_at) filter (where e.kind = 'handled' and e.occurred_at < c.at) as handle_e,
             max(e.occurred_at) filter (where e.kind = 'extended' and e.occurred_at < c.at) as extend_e,
             max(e.occurred_at) filter (where e.kind = 'suspended' and e.occurred_at < c.at) as suspended_e,
             max(e.occurred_at) filter (where e.kind = 'resumed' and e.occurred_at < c.at) as resumed_e,
             (array_agg((e.payload ->> 'due_at')::timestamptz order by e.occurred_at desc, e.event_id desc)
               filter (where e.payload ->> 'due_at' is not null and e.occurred_at < c.at))[1] as due_by_e,
             (array_agg((e.payload ->> 'was_due_at')::timestamptz order by e.occurred_at, e.event_id)
               filter (where e.kind = 'extended' and e.occurred_at >= c.at))[1] as due_before_later
      from core.incident_log e
      where c.has_history and e.incident_id = c.incident_id and (e.occurred_at <= m.clock or e.kind = 'extended')
        and (e.actor is not null or e.revision = c.revision)
    ) l
  ) log on true
  where not c.is_void
), name_of_part as (
  select s.window_no, s.incident_id, s.category_id, s.response_class, s.moment, s.known_until, s.street_id, s.community_id, s.grid_id, s.microgrid_id,
         s.has_history, s.is_by_day, s.tells_registration, s.tells_dispatch, s.tells_close, s.tells_follow_up, s.tells_solved, s.tells_scored, s.day_precision,
         s.tells_suspension, s.tells_extension, s.tells_reopening,
         s.is_orphan, s.is_duplicate and not s.is_orphan as is_folded, s.is_suspended, s.was_suspended, s.was_reopened, s.is_extended, s.was_closed,
         s.closed_by_e, s.due_by_e,
         s.closed_by_e is not null as is_closed,
         coalesce(s.followed_up_at < s.at, false) as is_followed_up, s.is_solved, s.satisfaction_score,
         s.due_by_e is not null as has_deadline,
         passed.due_passed_at,
         case when 'due_at' = any (s.day_precision) then passed.due_passed_at <= s.at else passed.due_passed_at < s.at end as is_due,
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
  from state_of_part s
  cross join lateral (
    select case when 'due_at' = any (s.day_precision)
                then ((s.due_by_e at time zone :zone)::date + 1)::timestamp at time zone :zone
                else s.due_by_e end as due_passed_at
  ) passed
  where case s.kept when 'open' then s.closed_by_e is null when 'closed' then s.closed_by_e >= s.closed_from else true end
    and (s.kept = 'each' or s.is_orphan or not s.is_duplicate)
)
