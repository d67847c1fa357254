-- one row is a ledger entry whose digest of its content in clear becomes a keyed one. Key: entry_id.
update core.ledger_entry set content_hash = ops.keyed(content_hash, :hash_key)
