-- one row is the shape of one area of :level in force on :day, all or those below :within (by parent link); key area_id; EPSG:4326
with recursive below as (
  select area_id from core.area where area_id = :within
  union all
  select child.area_id from core.area child join below on child.parent_id = below.area_id
)
select area_id, level, code, name, geom as shape, st_x(label_point) as label_lon, st_y(label_point) as label_lat
from core.area
where level = :level and valid_from <= :day and valid_to > :day
  and (cast(:within as int) is null or area_id in (select area_id from below))
order by code
