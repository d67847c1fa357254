-- one row is one area of a level by its code, valid on any day of [from, to); key code. area_ids = all its versions
-- ever (a case keeps the version it was placed in), area_id and name those of the newest version in the window.
-- An area viewer gets the own areas and what nests in them. within_id limits to that area (all its versions) and all below it.
with recursive own as (
  select a.area_id from core.area a where a.area_id = any ((select ops.viewer_areas())::int[])
  union
  select a.area_id from core.area a join own o on a.parent_id = o.area_id where a.is_nested
),
below as (
  select a.area_id from core.area w join core.area a on a.level = w.level and a.code = w.code where w.area_id = :within_id
  union
  select a.area_id from core.area a join below b on a.parent_id = b.area_id
),
listed as (
  select distinct on (a.code) a.code, a.area_id, a.name
  from core.area a
  where a.level = :level and a.valid_from < cast(:to_on as date) and a.valid_to > cast(:from_on as date)
    and ((select ops.viewer_level()) = 'site' or a.area_id in (select o.area_id from own o))
    and (cast(:within_id as int) is null or a.area_id in (select b.area_id from below b))
  order by a.code, a.valid_from desc
)
select l.code, l.area_id, l.name, v.area_ids
from listed l
cross join lateral (
  select array_agg(a.area_id order by a.area_id) as area_ids from core.area a where a.level = :level and a.code = l.code
) v
order by l.code
