-- one row is one case reported in the window: it was suspended before E, whether or not it was resumed
select 'suspension' as family, c.*, c.was_suspended as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_suspension then 'no_suspension_stage' end as why_not
from reported c

