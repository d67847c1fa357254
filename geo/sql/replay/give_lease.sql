-- one row: whether this session gave the lease back; at once, not when the server has noticed that the session is gone
select pg_advisory_unlock(cast(:lease as bigint)) as is_given
