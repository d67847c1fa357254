-- one row: whether this session now holds the one lease of a replay (until it ends), and its process number at the server
select pg_try_advisory_lock(cast(:lease as bigint)) as is_held, pg_backend_pid() as pid
