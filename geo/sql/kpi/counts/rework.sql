-- one row is one case reported in the window: reopened before E after it was handled or closed, of those that were
select 'rework' as family, c.*, c.was_reopened as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage'
            when not c.tells_reopening then 'no_reopening_stage'
            when not c.was_closed and not coalesce(c.handled_at < c.moment, false) then 'open' end as why_not
from reported c

