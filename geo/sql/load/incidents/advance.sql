-- one row is an incident that a later delivery confirms: from now on that delivery decides. Key: source_id, incident_code.
update core.incident i set decides = s.decides
from pg_temp.staging s
where i.source_id = :source_id and i.incident_code = s.natural_key and s.fate = 'unchanged'
  and s.decides is not null and s.content_hash = i.content_hash and (i.decides is null or i.decides < s.decides)
