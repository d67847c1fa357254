-- One row is a row of core.incident_unit that lies in other areas than before. Key: id.
update core.incident_unit u set street_id = n.street_id, community_id = n.community_id, grid_id = n.grid_id, microgrid_id = n.microgrid_id,
  placed_by = case when u.geom is not null or u.placed_by = 'address' then u.placed_by
                   when n.street_id is null and n.community_id is null and n.grid_id is null and n.microgrid_id is null then 'none'
                   else 'declared' end
from unnest(cast(:id as bigint[]), cast(:street_id as int[]), cast(:community_id as int[]), cast(:grid_id as int[]), cast(:microgrid_id as int[]))
     as n (id, street_id, community_id, grid_id, microgrid_id)
where u.incident_unit_id = n.id
