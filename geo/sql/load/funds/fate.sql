-- one row is a staged row whose fund is in the store already: unchanged or updated
update pg_temp.staging s
set fate = case when f.content_hash = s.content_hash then 'unchanged' else 'updated' end
from core.fund f
where f.source_id = :source_id and f.fund_code = s.natural_key and s.fate is null
