-- one row is a staged lot of goods that the store holds already: unchanged where it says the same, else updated
update pg_temp.staging s set fate = case when g.content_hash = ops.keyed(s.content_hash, :hash_key) then 'unchanged' else 'updated' end
from core.goods_entry g
where g.source_id = :source_id and g.goods_code = s.natural_key and s.fate is null
