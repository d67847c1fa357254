-- one row is one area version of :area_ids at :level; key area_id. parent_code = the street that holds a community;
-- households = their number in all versions of the area, null where it is not known or under 5
select a.area_id, street.code as parent_code, case when h.households >= 5 then h.households end as households
from core.area a
left join core.area street on street.area_id = a.parent_id and street.level = 'street'
left join lateral (
  select sum(s.households)::int as households
  from core.area v
  join core.household_site s on v.area_id = case :level when 'street' then s.street_id else s.community_id end
  where v.level = a.level and v.code = a.code
) h on true
where a.area_id = any (cast(:area_ids as int[]))
