-- one row is one type of community among the areas of a level valid on any day of [from, to); key community_type;
-- area_ids = all versions ever of the areas that have this type (their own, or that of the nearest area above that has one)
with recursive above as (
  select a.area_id, a.code, a.parent_id, a.community_type
  from core.area a
  where a.level = :level and a.area_id = any (cast(:area_ids as int[]))
  union all
  select b.area_id, b.code, a.parent_id, a.community_type
  from above b join core.area a on a.area_id = b.parent_id
  where b.community_type is null
)
select b.community_type, array_agg(v.area_id order by v.area_id) as area_ids
from above b
join core.area v on v.level = :level and v.code = b.code
where b.community_type is not null
group by b.community_type
order by b.community_type
