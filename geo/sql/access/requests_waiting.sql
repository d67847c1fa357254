-- one row: how many screens wait from the address, and in all
select count(*) filter (where address = :address) as at_address, count(*) as in_all from access.wall_request
