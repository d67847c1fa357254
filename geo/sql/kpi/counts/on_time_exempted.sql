-- one row is one case reported in the window: the same as on_time, but a case that is overdue and exempted (decided by the clock, so
-- also after E) leaves the rate
select 'on_time_exempted' as family, c.*, coalesce(c.is_on_time, false) as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage'
            when c.is_suspended then 'suspended'
            when not c.has_deadline then 'no_deadline'
            when not c.is_closed and not c.is_due then 'not_due'
            when not coalesce(c.is_on_time, false) and c.incident_id in (select e.incident_id from core.exemption e) then 'exempted' end as why_not
from reported c
