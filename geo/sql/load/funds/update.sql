-- one row is a fund whose description changed. Key: source_id, fund_code.
update core.fund f
set name = s.name, fund_kind = s.kind, purpose = s.purpose, opened_on = s.opened_on::date, declared_area_code = s.declared_area_code,
    street_id = s.street_id, community_id = s.community_id, content_hash = s.content_hash, load_id = :load_id
from pg_temp.staging s
where f.source_id = :source_id and f.fund_code = s.natural_key and s.fate = 'updated'
