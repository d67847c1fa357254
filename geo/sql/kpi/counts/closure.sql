-- one row is one case reported in the window: closed before E of those that should be (due or closed before E, or
-- without a deadline). Suspended cases leave the rate; not_due = open, and the deadline is still to come.
select 'closure' as family, c.*, c.is_closed as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage'
            when c.is_suspended then 'suspended'
            when not c.is_closed and c.has_deadline and not c.is_due then 'not_due' end as why_not
from reported c

