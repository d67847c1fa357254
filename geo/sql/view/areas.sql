-- one row is one area in force on :day; key area_id; parents are named by parent_id, never by the text of a code.
-- community_type is the area's own or that of the nearest area above that has one
with recursive above as (
  select area_id, parent_id as above_id, community_type from core.area where valid_from <= :day and valid_to > :day
  union all
  select b.area_id, a.parent_id, a.community_type
  from above b join core.area a on a.area_id = b.above_id
  where b.community_type is null
)
select a.area_id, a.level, a.code, a.name, a.parent_id, t.community_type
from core.area a
left join above t on t.area_id = a.area_id and t.community_type is not null
where a.valid_from <= :day and a.valid_to > :day
order by a.level, a.code
