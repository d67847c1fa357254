-- one row is a polygon that the store holds for a unit: an area in force on the day (null: the last that has not ended) by its level,
-- or a county of the map; geom as WKB (EPSG:4326). Key and order: place, id.
select a.level as place, a.area_id as id, a.name, st_asbinary(a.geom) as geom
from core.area a
where case when cast(:day as date) is null then a.valid_to = 'infinity'
           else cast(:day as date) >= a.valid_from and cast(:day as date) < a.valid_to end
union all
select f.kind, f.map_feature_id, coalesce(f.name, ''), st_asbinary(f.geom)
from core.map_feature f
where f.kind = 'county' and st_dimension(f.geom) = 2
order by 1, 2
