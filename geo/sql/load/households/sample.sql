-- one row is a staged building or stairwell with a point (lon, lat: degrees, EPSG:4326), of a random share of the pages of the
-- staging table; code: the area it names, day: of the load
select st_x(point::geometry) as lon, st_y(point::geometry) as lat, declared_area_code as code, cast(:today as date) as day
from pg_temp.staging tablesample system (cast(:percent as real)) repeatable (1)
where fate is null and point is not null
limit :most
