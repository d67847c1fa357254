-- one row: the number of the newest line in the ledger of loads, refused files included; 0 before the first
select coalesce(max(load_id), 0) as ledger_end from ops.load
