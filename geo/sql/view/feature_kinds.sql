-- one row is a kind of basemap shapes, partitions aside, of which at least one touches the box (EPSG:4326); key kind
select distinct kind
from core.map_feature
where geom && st_makeenvelope(:west, :south, :east, :north, 4326)
  and kind <> 'partition'
order by kind
