-- one row is one case reported in the window up to E (numerator), or in as long a time before it (denominator)
select 'surge' as family, c.*, true as is_counted, false as is_base,
       case when c.is_orphan then 'duplicate' end as why_not
from reported c
where c.reported_at < c.moment
union all
select 'surge', c.*, false, true,
       case when c.is_orphan then 'duplicate' end
from reported_before c
where c.reported_at < c.moment
