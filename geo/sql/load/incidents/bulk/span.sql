-- one row: first and last reported day (site time zone) of all incidents
select min(reported_on) as first_on, max(reported_on) as last_on from core.incident
