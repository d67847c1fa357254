-- one row is a natural key whose rows contradict each other
select distinct natural_key from pg_temp.staging where fate = 'quarantined'
