-- one row is an exemption, or one taken back, after the event :after; key event_id. on_day = the day of the case's report, in whose month
-- alone figures change
select e.event_id, i.reported_on as on_day
from core.incident_event e join core.incident i using (incident_id)
where e.actor is not null and e.event_id > :after and e.kind::text in ('exempted', 'exemption_withdrawn')
order by e.event_id
