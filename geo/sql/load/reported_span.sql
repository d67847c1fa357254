-- one row: first and last reported day (site time zone) of the staged rows that are kept
select min(reported_on) as first_on, max(reported_on) as last_on
from pg_temp.staging where fate is distinct from 'quarantined'
