-- One row is one version of an area: its level, code, parent and polygon as delivered (WKB, EPSG:4326), in force
-- [valid_from, valid_to) as days; the beginning and the end of time read as 0001-01-01 and 9999-12-31.
-- Key: area_id. Order: code, byte by byte, so that the first polygon that holds a point has the lowest code.
select a.area_id, a.level, a.code, a.is_nested, p.level as parent_level, p.code as parent_code,
       greatest(a.valid_from, date '0001-01-01') as valid_from,
       least(a.valid_to, date '9999-12-31') as valid_to,
       st_asbinary(a.geom) as geom
from core.area a
left join core.area p on p.area_id = a.parent_id
order by a.code collate "C", a.valid_from
