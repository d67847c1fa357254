-- One row is one version of an area of a level, in force [valid_from, valid_to) as days; the beginning and the end of time
-- read as 0001-01-01 and 9999-12-31; geom as WKB (EPSG:4326). Key: area_id. Order: code, valid_from.
select area_id, code, name, source_id, content_hash, st_asbinary(geom) as geom,
       greatest(valid_from, date '0001-01-01') as valid_from,
       least(valid_to, date '9999-12-31') as valid_to
from core.area
where level = :level
order by code collate "C", valid_from
