-- one row is one case reported in the window: its deadline was extended before E
select 'extension' as family, c.*, c.is_extended as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_extension then 'no_extension_stage'
            when not c.has_deadline then 'no_deadline' end as why_not
from reported c

