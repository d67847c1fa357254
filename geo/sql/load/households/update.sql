-- one row is a building or stairwell whose counts or place changed. Key: source_id, site_code.
update core.household_site h
set households = s.households, residents = s.residents, residents_60 = s.residents_60, residents_80 = s.residents_80,
    living_alone_60 = s.living_alone_60, point = s.point::geometry, raw_geom = s.raw::geometry, declared_area_code = s.declared_area_code,
    street_id = s.street_id, community_id = s.community_id, grid_id = s.grid_id, microgrid_id = s.microgrid_id,
    content_hash = s.content_hash, load_id = :load_id
from pg_temp.staging s
where h.source_id = :source_id and h.site_code = s.natural_key and s.fate = 'updated'
