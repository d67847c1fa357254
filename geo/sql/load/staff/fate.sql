-- one row is a staged row whose post is in the store already: unchanged or updated
update pg_temp.staging s
set fate = case when p.content_hash = s.content_hash then 'unchanged' else 'updated' end
from core.staff_post p
where p.source_id = :source_id and p.post_code = s.natural_key and s.fate is null
