-- one row is one case reported in the window: registered before E
select 'valid_report' as family, c.*, coalesce(c.registered_at < c.moment, false) as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_registration then 'no_registration_stage' end as why_not
from reported c

