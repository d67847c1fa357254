-- one row is one area version that holds cases which lie outside an area it nests in; key area_id
with recursive nests as (
  select a.area_id, a.level, p.area_id as above_id, p.level as above_level, p.parent_id, p.is_nested
  from core.area a join core.area p on p.area_id = a.parent_id
  where a.is_nested and a.level <> 'microgrid'
  union all
  select n.area_id, n.level, p.area_id, p.level, p.parent_id, p.is_nested
  from nests n join core.area p on p.area_id = n.parent_id
  where n.is_nested
),
placed as (
  select distinct i.street_id, i.community_id, i.grid_id from core.incident i
)
select distinct n.area_id
from nests n
join placed p on n.area_id = case n.level when 'street' then p.street_id when 'community' then p.community_id when 'grid' then p.grid_id end
where n.above_id is distinct from case n.above_level when 'street' then p.street_id when 'community' then p.community_id when 'grid' then p.grid_id end
