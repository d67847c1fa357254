-- One row is an area below the ended ones that ends with them on the same day: linked as nested (or only set apart until its
-- level is loaded again), in force on that day. Key: area_id.
with recursive ended as (
  select area_id, level, code from core.area where area_id = any (cast(:area_ids as int[]))
  union
  select c.area_id, c.level, c.code
  from ended e
  join core.area p on p.level = e.level and p.code = e.code
  join core.area c on c.parent_id = p.area_id
  where (c.is_nested or c.content_hash = '') and c.valid_from < cast(:valid_to as date) and c.valid_to > cast(:valid_to as date)
)
update core.area a set valid_to = cast(:valid_to as date)
from ended
where a.area_id = ended.area_id and a.area_id <> all (cast(:area_ids as int[]))
returning a.level, a.code
