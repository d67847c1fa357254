-- one row; households = their number at all sites that the viewer sees, null where none is known
select sum(households)::int as households from core.household_site
