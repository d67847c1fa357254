-- attempts are kept for a day (machine's time)
delete from access.attempt where tried_at < cast(:now as timestamptz) - interval '1 day'
