-- one row: whether the store holds any row that may have personal texts in clear (asked of a store that never sealed anything)
select exists (select from core.ledger_entry) or exists (select from core.goods_entry)
    or exists (select from landing.row) or exists (select from ops.quarantine) as has_clear
