-- one row is one case open at E whose deadline passed before E, reported before E at any time; no duplicates
select 'backlog_overdue' as family, c.*, true as is_counted, true as is_base,
       case when not c.tells_close then 'no_close_stage' end as why_not
from open c
where not c.is_orphan and c.is_due
