-- one row: a digest of the registered funds (programmes and what the mapping :source itself declares aside), so that a new
-- register is noticed
select md5(coalesce(string_agg(f.fund_id::text || E'\x1f' || f.fund_code, E'\x1e' order by f.fund_id), '')) as digest
from core.fund f join core.source s using (source_id)
where f.fund_kind <> 'programme' and not (s.code = :source and f.fund_code = any (cast(:codes as text[])))
