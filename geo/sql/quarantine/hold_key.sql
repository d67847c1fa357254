-- no row that matters: keeps the vault's key from being changed until this transaction ends (vault/change_key)
select pg_advisory_xact_lock_shared(7240313)
