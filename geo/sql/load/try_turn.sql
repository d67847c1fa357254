-- one row: whether the site's one loading turn is now this transaction's, without waiting
select pg_try_advisory_xact_lock(7240312) as is_taken
