-- one row is one shape of the basemap that touches the box; key map_feature_id; WKB in EPSG:4326, width_m in metres
select kind, name, width_m, public.st_asbinary(shape) as shape
from mart.wall_feature
where shape operator(public.&&) public.st_makeenvelope(:west, :south, :east, :north, 4326)
order by kind, map_feature_id
