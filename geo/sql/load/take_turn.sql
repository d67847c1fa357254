-- no row that matters: waits for the site's one loading turn, which ends with the transaction
select pg_advisory_xact_lock(7240312)
