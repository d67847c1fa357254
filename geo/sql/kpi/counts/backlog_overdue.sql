-- one row is one case open at E whose deadline passed before E, reported before E at any time; no duplicates
select 'backlog_overdue' as family, c.*, true as is_counted, true as is_base,
       case when not 'closed' = any (c.stages) then 'no_close_stage' end as why_not
from cases c
where c.part = 'open' and not c.is_orphan and c.is_due
