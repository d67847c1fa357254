-- one row is a ledger entry with its personal texts, as shown and as sealed; all, or (:is_sealed) those that hold a sealed text. Key: id.
select entry_id as id, payer, payee, reason, earmark, entry_kind, payer_sealed, payee_sealed, reason_sealed, earmark_sealed
from core.ledger_entry where is_sealed or not :is_sealed order by entry_id
