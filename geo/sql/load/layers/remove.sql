-- one row is a shape that an earlier load of the same file brought and that the file no longer holds. Key: map_feature_id.
delete from core.map_feature f using ops.load l
where l.load_id = f.load_id and f.source_id = :source_id and l.file_name = :file_name
  and not exists (select from pg_temp.staging s
                  where s.fate = 'unchanged' and f.kind = s.kind and f.layer_code is not distinct from s.layer_code and f.name is not distinct from s.name
                    and f.width_m is not distinct from s.width_m and st_asbinary(f.geom) = st_asbinary(s.geom::geometry))
