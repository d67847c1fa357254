-- one row is a street, community or grid in force on :day; key (level, code); its outline as WKB and its label point, EPSG:4326
select level, code, name, parent_code, public.st_asbinary(shape) as shape, lon, lat
from mart.wall_shape
where valid_from <= cast(:day as date) and valid_to > cast(:day as date)
order by level, parent_code nulls first, code
