-- one row is a unit that a later delivery confirms: from now on that delivery decides. Key: source_id, incident_code, unit_code.
update core.incident_unit u set decides = s.decides
from pg_temp.staging s join core.incident i on i.source_id = :source_id and i.incident_code = s.incident_code
where u.incident_id = i.incident_id and u.unit_code = s.unit_code and s.fate = 'unchanged'
  and s.decides is not null and s.content_hash = u.content_hash and (u.decides is null or u.decides < s.decides)
