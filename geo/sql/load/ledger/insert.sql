-- one row is a new entry; amount in the site's currency. Key: source_id, entry_code.
insert into core.ledger_entry (source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on, fiscal_year, source_kind, use_kind,
                               payer, payee, payer_sealed, payee_sealed, payer_ref, payee_ref, reason_sealed, earmark_sealed,
                               project, amount, declared_area_code, street_id, community_id, grid_id, point, raw_geom,
                               corrects_code, reason, earmark, repeats_code, recorded_at, content_hash, load_id)
select :source_id, natural_key, fund_id, counter_fund_id, kind, occurred_on::date, fiscal_year, source_kind, use_kind,
       payer_shown, payee_shown, payer_sealed, payee_sealed, payer_ref, payee_ref, reason_sealed, earmark_sealed,
       project_shown, amount, declared_area_code, street_id, community_id, grid_id, point::geometry, raw::geometry,
       corrects_code, reason_shown, earmark_shown, repeats_code, ops.clock(), ops.keyed(content_hash, :hash_key), :load_id
from pg_temp.staging where fate is null
