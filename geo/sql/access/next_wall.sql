-- one row: the number of the next wall's login
select coalesce(max(cast(substring(login from '^wall-([0-9]{1,8})$') as int)), 0) + 1 as number from access.account
