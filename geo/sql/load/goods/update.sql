-- one row is a lot of goods that the source states anew; quantity in unit. Key: source_id, goods_code.
update core.goods_entry g
set direction = s.direction, item = s.item, spec = s.spec, unit = s.unit, quantity = s.quantity, donor = s.donor_shown,
    recipient = s.recipient_shown, donor_sealed = s.donor_sealed, recipient_sealed = s.recipient_sealed, recipient_ref = s.recipient_ref,
    occurred_on = s.occurred_on::date, stated_value = s.stated_value,
    content_hash = ops.keyed(s.content_hash, :hash_key), load_id = :load_id
from pg_temp.staging s
where g.source_id = :source_id and g.goods_code = s.natural_key and s.fate = 'updated'
