-- one row is one case open at E (numerator) or closed in the 28 days before it (denominator)
select 'backlog_days' as family, c.*, true as is_counted, false as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage' end as why_not
from open c
union all
select 'backlog_days', c.*, false, true,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage' end
from closed_lately c
