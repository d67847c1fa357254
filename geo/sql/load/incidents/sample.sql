-- one row is a staged incident with a point (lon, lat: degrees, EPSG:4326), of a random share of the pages of the staging table;
-- code: the area it names, day: of its report (site time zone)
select lon, lat, declared_area_code as code, reported_on as day
from pg_temp.staging tablesample system (cast(:percent as real)) repeatable (1)
where fate is null and lon is not null
limit :most
