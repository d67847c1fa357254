-- one row is a staged row whose shape an earlier load of the same file brought already
update pg_temp.staging s set fate = 'unchanged'
from core.map_feature f join ops.load l using (load_id)
where f.source_id = :source_id and l.file_name = :file_name and s.fate is null
  and f.kind = s.kind and f.layer_code is not distinct from s.layer_code and f.name is not distinct from s.name and f.width_m is not distinct from s.width_m
  and st_asbinary(f.geom) = st_asbinary(s.geom::geometry)
