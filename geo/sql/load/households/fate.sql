-- one row is a staged row whose site is in the store already: unchanged or updated
update pg_temp.staging s
set fate = case when h.content_hash = s.content_hash then 'unchanged' else 'updated' end
from core.household_site h
where h.source_id = :source_id and h.site_code = s.natural_key and s.fate is null
