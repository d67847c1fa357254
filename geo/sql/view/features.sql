-- one row is one shape of the basemap that touches the box, of the partitions only those of :overlay; key map_feature_id;
-- EPSG:4326, width_m in metres
select kind, name, width_m, st_asbinary(geom) as shape
from core.map_feature
where geom && st_makeenvelope(:west, :south, :east, :north, 4326)
  and (kind <> 'partition' or layer_code = cast(:overlay as text))
order by kind, map_feature_id
