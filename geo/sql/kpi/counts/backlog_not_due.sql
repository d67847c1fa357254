-- one row is one case open at E whose deadline is still to come, or that has none; suspended ones stand by themselves
select 'backlog_not_due' as family, c.*, true as is_counted, true as is_base,
       case when not c.tells_close then 'no_close_stage' end as why_not
from open c
where not c.is_orphan and not coalesce(c.is_due, false) and not coalesce(c.is_suspended, false)
