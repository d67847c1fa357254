-- one row is a lot of goods with its personal texts, as shown and as sealed; all, or (:is_sealed) those that hold a sealed text. Key: id.
select goods_entry_id as id, donor, recipient, donor_sealed, recipient_sealed
from core.goods_entry where is_sealed or not :is_sealed order by goods_entry_id
