-- One row is a row of core.staff_post that lies in other areas than before. Key: id.
update core.staff_post i set street_id = n.street_id, community_id = n.community_id, grid_id = n.grid_id, microgrid_id = n.microgrid_id
from unnest(cast(:id as bigint[]), cast(:street_id as int[]), cast(:community_id as int[]), cast(:grid_id as int[]), cast(:microgrid_id as int[]))
     as n (id, street_id, community_id, grid_id, microgrid_id)
where i.staff_post_id = n.id
