-- one row is one case open at E whose deadline passed more than 30 x 24 h before it
select 'overdue_over_30d' as family, c.*, true as is_counted, true as is_base,
       case when not c.tells_close then 'no_close_stage' end as why_not
from open c
where not c.is_orphan and c.is_due and c.moment - c.due_passed_at > interval '720 hours'
