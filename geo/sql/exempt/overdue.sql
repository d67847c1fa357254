-- one row is one window in which the case counts as overdue: closed after its deadline, or open past it; key window_no
select c.window_no
from reported c
where c.incident_id = cast(:incident_id as bigint) and not c.is_orphan and c.tells_close and c.has_deadline
  and not coalesce(c.is_on_time, false) and (c.is_closed or c.is_due)
