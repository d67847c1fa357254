-- One row is a row of core.incident with its point (lon, lat, EPSG:4326), the area it declares, the day on which it is placed
-- and the areas it was placed in; at most `most` rows, after the id `after`. Key and order: id.
select i.incident_id as id, st_x(i.geom) as lon, st_y(i.geom) as lat, i.declared_area_code, i.reported_on as day,
       i.street_id, i.community_id, i.grid_id, i.microgrid_id
from core.incident i
where i.incident_id > :after
order by i.incident_id
limit :most
