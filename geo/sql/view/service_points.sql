-- one row is one service point that is not withdrawn at the clock, all or those in the area :within; key name, kind, point; EPSG:4326.
-- name: empty where the source gave neither name nor address, so that the sender's code stands in its place.
select case when p.name = regexp_replace(p.service_code, '^.*/', '') then '' else p.name end as name, k.code as kind, k.name_zh as kind_zh, k.name_en as kind_en, st_x(p.point) as lon, st_y(p.point) as lat
from core.service_point p
join core.service_kind k using (service_kind_id)
where (p.withdrawn_on is null or p.withdrawn_on > ops.clock()::date)
  and (cast(:within as int) is null or :within in (p.street_id, p.community_id, p.grid_id, p.microgrid_id))
order by k.code, p.name, p.service_point_id
