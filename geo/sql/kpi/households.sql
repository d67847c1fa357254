-- one row is one area version of :area_ids whose households are known; key area_id; households = their number in all versions of the area
select a.area_id, h.households
from core.area a
cross join lateral (
  select sum(s.households)::int as households
  from core.area v
  join core.household_site s on v.area_id = case v.level when 'street' then s.street_id when 'community' then s.community_id
                                                         when 'grid' then s.grid_id else s.microgrid_id end
  where v.level = a.level and v.code = a.code
) h
where a.area_id = any (cast(:area_ids as int[])) and h.households > 0
