-- one row is one case by its code (with :source only that source's) or its id, known at the clock; key incident_id
select i.incident_id, i.incident_code as code, s.code as source, i.reported_at, i.reported_on
from core.incident i join core.source s using (source_id)
where (i.incident_code = cast(:code as text) or i.incident_id = cast(:incident_id as bigint))
  and (cast(:source as text) is null or s.code = cast(:source as text)) and i.reported_at <= ops.clock()
order by s.code, i.incident_id
