-- One row is a staged row: an area or a part of one, geom as WKB (EPSG:4326). Key and order: row_number.
select row_number, natural_key as code, name, parent_code, parent_name, community_type, st_asbinary(geom::geometry) as geom
from pg_temp.staging order by row_number
