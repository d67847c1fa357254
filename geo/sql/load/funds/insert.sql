-- one row is a new fund. Key: source_id, fund_code.
insert into core.fund (source_id, fund_code, name, fund_kind, purpose, opened_on, declared_area_code, street_id, community_id, content_hash, load_id)
select :source_id, natural_key, name, kind, purpose, opened_on::date, declared_area_code, street_id, community_id, content_hash, :load_id
from pg_temp.staging where fate is null
