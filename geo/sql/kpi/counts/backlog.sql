-- one row is one case open at E, reported before E at any time; suspended cases are open, duplicates are not counted
select 'backlog' as family, c.*, true as is_counted, true as is_base,
       case when not 'closed' = any (c.stages) then 'no_close_stage' end as why_not
from cases c
where c.part = 'open' and not c.is_orphan
