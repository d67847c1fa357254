-- one row is a staged shape that is a unit (county, partition), geom as WKB (EPSG:4326). Key and order: row_number.
select row_number, coalesce(name, '') as name, st_asbinary(geom::geometry) as geom
from pg_temp.staging
where kind in ('county', 'partition') and st_dimension(geom::geometry) = 2
order by row_number
