-- One row is a row of core.service_point with its point (lon, lat, EPSG:4326), the area it declares, the day on which it is placed
-- and the areas it was placed in; at most `most` rows, after the id `after`. Key and order: id.
select i.service_point_id as id, st_x(i.point) as lon, st_y(i.point) as lat, cast(null as text) as declared_area_code, cast(:today as date) as day,
       i.street_id, i.community_id, i.grid_id, i.microgrid_id
from core.service_point i
where i.service_point_id > :after
order by i.service_point_id
limit :most
