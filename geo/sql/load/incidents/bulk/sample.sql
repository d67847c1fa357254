-- one row is an incident of an open bulk load with a point (lon, lat: degrees, EPSG:4326), of a random share of the table's pages;
-- code: the area it names, day: of its report (site time zone)
select st_x(geom) as lon, st_y(geom) as lat, declared_area_code as code, reported_on as day
from core.incident tablesample system (cast(:percent as real)) repeatable (1)
where geom is not null
limit :most
