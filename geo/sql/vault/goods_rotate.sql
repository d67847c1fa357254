-- one row is a lot of goods whose sealed texts are sealed anew with the newest key. Key: id.
update core.goods_entry g set donor_sealed = n.donor_sealed, recipient_sealed = n.recipient_sealed
from unnest(cast(:id as bigint[]), cast(:donor_sealed as text[]), cast(:recipient_sealed as text[])) as n (id, donor_sealed, recipient_sealed)
where g.goods_entry_id = n.id
