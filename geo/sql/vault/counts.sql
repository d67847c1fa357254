-- one row is a table with sealed texts and how many of its rows hold one. Key: table_name.
select 'core.ledger_entry' as table_name, count(*) as sealed from core.ledger_entry where is_sealed
union all select 'core.goods_entry', count(*) from core.goods_entry where is_sealed
union all select 'ops.quarantine', count(*) from ops.quarantine where is_sealed
union all select 'ops.decision', count(*) from ops.decision where is_sealed
union all select 'landing.row', count(*) from landing.row
