-- one row is one case open at the start of the window (numerator) or reported in it; both are in the denominator
select 'carry_over' as family, c.*, true as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage' end as why_not
from open_at_start c
union all
select 'carry_over', c.*, false, true,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage' end
from reported c
