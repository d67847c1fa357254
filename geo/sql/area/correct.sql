-- One row is a version of an area whose content is corrected in place. Key: area_id. area_m2 is geodesic.
update core.area
set name = :name, parent_id = :parent_id, community_type = :community_type, is_nested = :is_nested,
    geom = cast(:geom as geometry), raw_geom = cast(:raw_geom as geometry), label_point = cast(:label_point as geometry),
    area_m2 = st_area(cast(cast(:geom as geometry) as geography)),
    source_id = :source_id, load_id = :load_id, content_hash = :content_hash
where area_id = :area_id
