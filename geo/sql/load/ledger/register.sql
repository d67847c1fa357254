-- one row: a digest of the registered funds (programmes that mappings declare aside), so that a new register is noticed
select md5(coalesce(string_agg(fund_id::text || E'\x1f' || fund_code, E'\x1e' order by fund_id), '')) as digest
from core.fund where fund_kind <> 'programme'
