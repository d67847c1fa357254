-- One row is a staged row: an area or a part of one, geom as WKB (EPSG:4326), raw as EWKB as received where that
-- differs. Key and order: row_number.
select row_number, natural_key as code, name, parent_code, parent_name, community_type, st_asbinary(geom::geometry) as geom,
       st_asewkb(raw::geometry) as raw, changed_share, is_flattened
from pg_temp.staging order by row_number
