-- one row: the box around every shape of the basemap (degrees, EPSG:4326), all null where there is none
select st_xmin(b) as west, st_ymin(b) as south, st_xmax(b) as east, st_ymax(b) as north
from (select st_extent(geom) as b from core.map_feature) x
