-- one row is one event of a case as known at the clock; key event_id, in the order of what happened. The feed's highest revision counts, and
-- what officers wrote. is_by_day = the stamp came as a bare date; is_moment_known false: the feed tells that it happened, and not when;
-- due_at = the deadline that it set
select e.event_id, e.kind::text as kind, e.occurred_at,
       coalesce(case e.kind::text when 'called_back' then 'followed_up' else e.kind::text end || '_at' = any (i.day_precision), false) as is_by_day,
       coalesce((e.payload ->> 'is_moment_known')::boolean, true) as is_moment_known,
       (e.payload ->> 'due_at')::timestamptz as due_at
from core.incident i
join core.incident_log e using (incident_id)
where i.incident_id = :incident_id and e.occurred_at <= ops.clock() and (e.actor is not null or e.revision = i.revision)
order by e.occurred_at, e.event_id
