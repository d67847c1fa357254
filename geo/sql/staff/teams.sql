-- one row is one of the asked areas; key code ('' is the whole). grids = its grids in force on the day; listed = of these,
-- with any post of their own; complete = with a grid leader, a full-time, a part-time, an instructor and another member, each
-- filled on the day; posts, vacant = posts of the area and all below it, and those with nobody on the day; full_time = people
-- in full-time posts. Grids belong to the areas above them by the parent link, where their set nests.
with recursive targets as (
  select t.area_id, t.code from unnest(cast(:area_ids as int[]), cast(:codes as text[])) as t (area_id, code)
),
grids as (
  select a.area_id as grid_id, a.code as grid_code from core.area a
  where a.level = 'grid' and a.valid_from <= cast(:today as date) and a.valid_to > cast(:today as date)
),
above as (
  select g.grid_id, g.grid_id as area_id from grids g
  union all
  select b.grid_id, a.parent_id from above b join core.area a on a.area_id = b.area_id where a.is_nested and a.parent_id is not null
),
held as (
  select distinct t.code, b.grid_id from above b join targets t on t.area_id = b.area_id
  union
  select '', g.grid_id from grids g where cast(:level as text) = 'site'
),
posts as (
  select p.*, p.headcount > 0 or coalesce(p.vacant_since > cast(:today as date), false) as is_filled
  from core.staff_post p
),
teams as (
  select g.grid_id,
         count(p.staff_post_id) > 0 as is_listed,
         count(distinct p.role) filter (where p.is_filled) = 5 as is_complete
  from grids g
  left join (posts p join core.area own on own.area_id = p.grid_id) on own.code = g.grid_code and p.level = 'grid'
  group by g.grid_id
),
of_grids as (
  select h.code, count(*) as grids, count(*) filter (where t.is_listed) as listed, count(*) filter (where t.is_complete) as complete
  from held h join teams t on t.grid_id = h.grid_id
  group by h.code
),
of_posts as (
  select t.code, count(*) as posts, count(*) filter (where not p.is_filled) as vacant,
         sum(greatest(p.headcount, p.is_filled::int)) filter (where p.role = 'full_time') as full_time
  from posts p
  join targets t on t.area_id = case cast(:level as text)
    when 'site' then 0 when 'street' then p.street_id when 'community' then p.community_id
    when 'grid' then p.grid_id when 'microgrid' then p.microgrid_id end
  group by t.code
)
select c.code, coalesce(g.grids, 0) as grids, coalesce(g.listed, 0) as listed, coalesce(g.complete, 0) as complete,
       coalesce(p.posts, 0) as posts, coalesce(p.vacant, 0) as vacant, coalesce(p.full_time, 0)::int as full_time
from (select distinct t.code from targets t) c
left join of_grids g using (code)
left join of_posts p using (code)
