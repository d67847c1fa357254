-- one row is a new building or stairwell. Key: source_id, site_code.
insert into core.household_site (source_id, site_code, households, residents, residents_60, residents_80, living_alone_60, point, raw_geom,
                                 declared_area_code, street_id, community_id, grid_id, microgrid_id, content_hash, load_id)
select :source_id, natural_key, households, residents, residents_60, residents_80, living_alone_60, point::geometry, raw::geometry,
       declared_area_code, street_id, community_id, grid_id, microgrid_id, content_hash, :load_id
from pg_temp.staging where fate is null
