-- one row is one case reported in the window up to E (numerator), or in as long a time before it (denominator)
select 'surge' as family, c.*, c.part = 'reported' as is_counted, c.part = 'reported_before' as is_base,
       case when c.is_orphan then 'duplicate' end as why_not
from cases c
where c.part in ('reported', 'reported_before') and c.reported_at < c.moment
