-- one row is a new entry; amount in the site's currency. Key: source_id, entry_code.
insert into core.ledger_entry (source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on, fiscal_year, source_kind, use_kind,
                               payer, payee, project, amount, declared_area_code, street_id, community_id, grid_id, point, raw_geom,
                               corrects_code, reason, earmark, repeats_code, recorded_at, content_hash, load_id)
select :source_id, natural_key, fund_id, counter_fund_id, kind, occurred_on::date, fiscal_year, source_kind, use_kind,
       payer, payee, project, amount, declared_area_code, street_id, community_id, grid_id, point::geometry, raw::geometry,
       corrects_code, reason, earmark, repeats_code, ops.clock(), content_hash, :load_id
from pg_temp.staging where fate is null
