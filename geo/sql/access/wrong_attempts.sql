-- one row: wrong attempts (n) within the window before the newest one, only while the newest is younger than the window:
-- of the login (a digest) from the address since it last got in there, of the address, of the login from everywhere. Machine's time.
with recent as (
  select login, address, tried_at, is_ok from access.attempt
  where tried_at > cast(:now as timestamptz) - 2 * cast(:span as interval) and (login = :login or address = :address)),
pair as (
  select r.tried_at from recent r
  where r.login = :login and r.address = :address and not r.is_ok
    and not exists (select from recent o where o.login = :login and o.address = :address and o.is_ok and o.tried_at >= r.tried_at)),
whole as (select tried_at from recent where address = :address and not is_ok)
select
  (select count(*) from pair, (select max(tried_at) as newest from pair) m
   where tried_at > newest - cast(:span as interval) and newest > cast(:now as timestamptz) - cast(:span as interval)) as of_both,
  (select count(*) from whole, (select max(tried_at) as newest from whole) m
   where tried_at > newest - cast(:span as interval) and newest > cast(:now as timestamptz) - cast(:span as interval)) as of_address,
  (select count(*) from recent where login = :login and not is_ok and tried_at > cast(:now as timestamptz) - cast(:span as interval)) as of_login
