-- one row is a staged incident that the store has already: unchanged if its content is the same, else updated. Key: source_id, incident_code.
update pg_temp.staging s set fate = case when i.content_hash = s.content_hash then 'unchanged' else 'updated' end
from core.incident i
where i.source_id = :source_id and i.incident_code = s.natural_key and s.fate is null
