-- used answers are kept for a day (machine's time)
delete from access.oidc_used where used_at < cast(:now as timestamptz) - interval '1 day'
