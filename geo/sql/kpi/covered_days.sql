-- one row: the first and the last day (site's zone) that a source of incidents covers; null where none does
select min(c.first_on) as first_on, max(c.last_on) as last_on
from core.source_coverage c join core.source s using (source_id)
where s.dataset = 'incidents'
