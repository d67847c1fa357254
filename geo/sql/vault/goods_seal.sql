-- one row is a lot of goods whose texts, in clear so far, become masked and sealed; nulls leave a column as it is. Key: id.
update core.goods_entry g
set donor = coalesce(n.donor, g.donor), recipient = coalesce(n.recipient, g.recipient), donor_sealed = n.donor_sealed,
    recipient_sealed = n.recipient_sealed, recipient_ref = n.recipient_ref
from unnest(cast(:id as bigint[]), cast(:donor as text[]), cast(:recipient as text[]), cast(:donor_sealed as text[]),
            cast(:recipient_sealed as text[]), cast(:recipient_ref as text[]))
     as n (id, donor, recipient, donor_sealed, recipient_sealed, recipient_ref)
where g.goods_entry_id = n.id
