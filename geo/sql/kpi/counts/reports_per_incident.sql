-- one row is one report made in the window (numerator), of which the distinct incidents are the denominator
select 'reports_per_incident' as family, c.*, true as is_counted, not c.is_folded and not c.is_orphan as is_base, null::text as why_not
from reported_each c

