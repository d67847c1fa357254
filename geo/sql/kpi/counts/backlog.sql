-- one row is one case open at E, reported before E at any time; suspended cases are open, duplicates are not counted
select 'backlog' as family, c.*, true as is_counted, true as is_base,
       case when not c.tells_close then 'no_close_stage' end as why_not
from open c
where not c.is_orphan
