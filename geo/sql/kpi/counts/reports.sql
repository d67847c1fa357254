-- one row is one report made in the window, duplicates too
select 'reports' as family, c.*, true as is_counted, true as is_base, null::text as why_not
from reported_each c

