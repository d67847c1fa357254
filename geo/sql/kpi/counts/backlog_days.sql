-- one row is one case open at E (numerator) or closed in the 28 days before it (denominator)
select 'backlog_days' as family, c.*, c.part = 'open' as is_counted, c.part = 'closed_lately' as is_base,
       case when not 'closed' = any (c.stages) then 'no_close_stage' end as why_not
from cases c
where c.part in ('open', 'closed_lately') and not c.is_orphan
