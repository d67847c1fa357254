-- one row is a new lot of goods; quantity in unit, stated_value in the site's currency. Key: source_id, goods_code.
insert into core.goods_entry (source_id, goods_code, direction, item, spec, unit, quantity, donor, recipient, donor_sealed, recipient_sealed, recipient_ref, occurred_on,
                              stated_value, content_hash, load_id)
select :source_id, natural_key, direction, item, spec, unit, quantity, donor_shown, recipient_shown, donor_sealed, recipient_sealed, recipient_ref, occurred_on::date,
       stated_value, ops.keyed(content_hash, :hash_key), :load_id
from pg_temp.staging where fate is null
