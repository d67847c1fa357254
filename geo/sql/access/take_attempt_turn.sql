-- attempts of one login from one address stand in line until each is counted
select pg_advisory_xact_lock(hashtextextended(:login || ' ' || :address, 20261126))
