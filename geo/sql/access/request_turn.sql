-- screens that ask, and confirmations, stand in line until each is counted
select pg_advisory_xact_lock(20261127)
