-- one row is this load's ledger line: which mapping reads its file. Key: load_id.
update ops.load set mapping_hash = :mapping_hash where load_id = :load_id
