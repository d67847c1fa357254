-- one row, no value: opens the transaction of a restore; it waits for a migration that runs (the number is LOCK_KEY of
-- geo/migrations), and never long for a program that still reads
begin;
set local lock_timeout = '10s';
select pg_advisory_xact_lock(7240311)
