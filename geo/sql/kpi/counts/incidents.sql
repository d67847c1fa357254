-- one row is one case reported in the window
select 'incidents' as family, c.*, true as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate' end as why_not
from reported c

