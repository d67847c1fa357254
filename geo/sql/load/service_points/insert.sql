-- one row is a new service point. Key: source_id, service_code.
insert into core.service_point (source_id, service_code, service_kind_id, name, capacity, geom, point, raw_geom,
                                street_id, community_id, grid_id, microgrid_id, content_hash, load_id)
select :source_id, s.natural_key, k.service_kind_id, s.name, s.capacity, s.geom::geometry, s.point::geometry, s.raw::geometry,
       s.street_id, s.community_id, s.grid_id, s.microgrid_id, s.content_hash, :load_id
from pg_temp.staging s join core.service_kind k on k.code = s.kind
where s.fate is null
