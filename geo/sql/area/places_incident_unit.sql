-- One row is a row of core.incident_unit with its point (lon, lat, EPSG:4326), the area it declares, the day on which it is placed
-- and the areas it was placed in; at most `most` rows, after the id `after`. Key and order: id.
select u.incident_unit_id as id, st_x(u.geom) as lon, st_y(u.geom) as lat, u.declared_area_code, u.reported_on as day,
       u.street_id, u.community_id, u.grid_id, u.microgrid_id
from core.incident_unit u
where u.incident_unit_id > :after
order by u.incident_unit_id
limit :most
