-- one row is one case reported in the window: exempted (decided by the clock, so also after E), of those overdue
select 'exemption' as family, c.*, c.incident_id in (select e.incident_id from core.exemption e) as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage'
            when c.is_suspended then 'suspended'
            when not c.has_deadline then 'no_deadline'
            when not c.is_closed and not c.is_due then 'not_due'
            when c.is_on_time then 'on_time' end as why_not
from reported c
