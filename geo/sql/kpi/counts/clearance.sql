-- one row is one case closed in the window whenever it was reported (numerator), or reported in it (denominator)
select 'clearance' as family, c.*, c.part = 'closed' as is_counted, c.part = 'reported' as is_base,
       case when c.is_orphan then 'duplicate'
            when not 'closed' = any (c.stages) then 'no_close_stage' end as why_not
from cases c
where c.part in ('closed', 'reported')
