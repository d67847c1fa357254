-- one row: waits for others who write the calendar, until the end of the transaction
select pg_advisory_xact_lock(:key)
