-- one row is a staged unit that the store has already: unchanged if its content is the same, else updated. Key: source_id, incident_code, unit_code.
update pg_temp.staging s set fate = case when u.content_hash = s.content_hash then 'unchanged' else 'updated' end
from core.incident i join core.incident_unit u using (incident_id)
where i.source_id = :source_id and i.incident_code = s.incident_code and u.unit_code = s.unit_code and s.fate is null
