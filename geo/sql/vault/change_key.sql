-- no row that matters: waits until nobody seals a correction with the key that is about to leave (quarantine/hold_key)
select pg_advisory_xact_lock(7240313)
