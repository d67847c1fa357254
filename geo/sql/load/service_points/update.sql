-- one row is a service point whose content changed or that came back. Key: source_id, service_code.
update core.service_point p
set service_kind_id = k.service_kind_id, name = s.name, capacity = s.capacity, geom = s.geom::geometry, point = s.point::geometry, raw_geom = s.raw::geometry,
    street_id = s.street_id, community_id = s.community_id, grid_id = s.grid_id, microgrid_id = s.microgrid_id,
    withdrawn_on = null, content_hash = s.content_hash, load_id = :load_id
from pg_temp.staging s join core.service_kind k on k.code = s.kind
where p.source_id = :source_id and p.service_code = s.natural_key and s.fate = 'updated'
