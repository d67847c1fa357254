-- one row is a street, community or grid in force on :day; key (level, code)
select level, code, name, parent_code
from mart.wall_area
where valid_from <= cast(:day as date) and valid_to > cast(:day as date)
order by level, parent_code nulls first, code
