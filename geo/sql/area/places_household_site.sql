-- One row is a row of core.household_site with its point (lon, lat, EPSG:4326), the area it declares, the day on which it is placed
-- and the areas it was placed in; at most `most` rows, after the id `after`. Key and order: id.
select i.household_site_id as id, st_x(i.point) as lon, st_y(i.point) as lat, i.declared_area_code, cast(:today as date) as day,
       i.street_id, i.community_id, i.grid_id, i.microgrid_id
from core.household_site i
where i.household_site_id > :after
order by i.household_site_id
limit :most
