-- one row is a staged row whose point is in the store already: unchanged, or updated (also when it had been withdrawn)
update pg_temp.staging s
set fate = case when p.content_hash = s.content_hash and p.withdrawn_on is null then 'unchanged' else 'updated' end
from core.service_point p
where p.source_id = :source_id and p.service_code = s.natural_key and s.fate is null
