-- one row is a new shape of the basemap; width in metres. Key: map_feature_id.
insert into core.map_feature (kind, layer_code, name, width_m, geom, raw_geom, source_id, load_id)
select kind, layer_code, name, width_m, geom::geometry, raw::geometry, :source_id, :load_id from pg_temp.staging where fate is null
