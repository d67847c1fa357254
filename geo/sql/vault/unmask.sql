-- one row is a sealed text of an asked row (:kind ledger, goods, refused) that the viewer may unmask; the audit line is written
-- by it, in this transaction. Key: id, column_name.
select id, column_name, sealed from ops.unmask(:kind, cast(:ids as bigint[]), :purpose)
