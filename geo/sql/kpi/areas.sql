-- one row is one area of a level by its code, valid on any day of a window [from, to); key (window_no, code). area_ids = all its
-- versions ever (a case keeps the version it was placed in), area_id and name those of the newest version in the window.
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
seen as (
  select a.area_id, a.code, a.name, a.valid_from, a.valid_to
  from core.area a
  where a.level = :level
    and ((select ops.viewer_level()) = 'site' or a.area_id in (select o.area_id from own o))
    and (cast(:within_id as int) is null or a.area_id in (select b.area_id from below b))
),
versions as (
  select a.code, array_agg(a.area_id order by a.area_id) as area_ids from core.area a where a.level = :level group by a.code
)
select distinct on (w.window_no, s.code) w.window_no::int as window_no, s.code, s.area_id, s.name, v.area_ids
from unnest(cast(:from_on as date[]), cast(:to_on as date[])) with ordinality as w (from_on, to_on, window_no)
join seen s on s.valid_from < w.to_on and s.valid_to > w.from_on
join versions v using (code)
order by w.window_no, s.code, s.valid_from desc
