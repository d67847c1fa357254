-- no row that matters: waits for changes of cases on their way, and lets none begin; ends with the transaction
select pg_advisory_xact_lock(7240313)
