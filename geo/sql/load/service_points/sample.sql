-- one row is a staged service point (lon, lat: degrees, EPSG:4326), of a random share of the pages of the staging table;
-- it names no area (code), its day is the day of the load
select st_x(point::geometry) as lon, st_y(point::geometry) as lat, cast(null as text) as code, cast(:today as date) as day
from pg_temp.staging tablesample system (cast(:percent as real)) repeatable (1)
where fate is null
limit :most
