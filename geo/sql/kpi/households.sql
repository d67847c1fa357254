-- one row is one area version of :area_ids (of :level) whose households are known; key area_id; households = their number in all
-- versions of the area
with sites as (
  select case :level when 'street' then s.street_id when 'community' then s.community_id when 'grid' then s.grid_id else s.microgrid_id end as area_id,
         sum(s.households) as households
  from core.household_site s
  group by 1
)
select a.area_id, sum(s.households)::int as households
from core.area a
join core.area v on v.level = a.level and v.code = a.code
join sites s on s.area_id = v.area_id
where a.area_id = any (cast(:area_ids as int[]))
group by a.area_id
having sum(s.households) > 0
