-- one row is one case reported in the window: closed by its deadline, of those with a deadline that were due or closed
-- before E. Bare dates are compared by day.
select 'on_time' as family, c.*, coalesce(c.is_on_time, false) as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage'
            when c.is_suspended then 'suspended'
            when not c.has_deadline then 'no_deadline'
            when not c.is_closed and not c.is_due then 'not_due' end as why_not
from reported c

