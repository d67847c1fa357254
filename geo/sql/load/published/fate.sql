-- one row is a staged day that the store holds already: unchanged where its figures are the same, else updated
update pg_temp.staging s
set fate = case when p.content_hash = s.content_hash and p.of_source = :of_source then 'unchanged' else 'updated' end
from core.published_total p
where p.source_id = :source_id and p.through_on = s.natural_key::date and s.fate is null
