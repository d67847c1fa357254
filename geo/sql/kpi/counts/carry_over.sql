-- one row is one case open at the start of the window (numerator) or reported in it; both are in the denominator
select 'carry_over' as family, c.*, c.part = 'open_at_start' as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not 'closed' = any (c.stages) then 'no_close_stage' end as why_not
from cases c
where c.part in ('open_at_start', 'reported')
