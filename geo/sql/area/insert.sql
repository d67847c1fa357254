-- One row is a new version of an area; area_m2 is geodesic. Key: level, code, valid_from.
insert into core.area (level, code, name, parent_id, community_type, valid_from, valid_to, is_nested, geom, raw_geom, label_point, area_m2,
                       source_id, load_id, content_hash)
values (:level, :code, :name, :parent_id, :community_type, cast(:valid_from as date), cast(:valid_to as date), :is_nested,
        cast(:geom as geometry), cast(:raw_geom as geometry), cast(:label_point as geometry), st_area(cast(cast(:geom as geometry) as geography)),
        :source_id, :load_id, :content_hash)
