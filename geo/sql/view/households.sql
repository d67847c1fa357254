-- one row is one area of :level of which households are known; key area_id; households = their number
select case :level when 'street' then street_id when 'community' then community_id when 'grid' then grid_id else microgrid_id end as area_id,
       sum(households)::int as households
from core.household_site
where case :level when 'street' then street_id when 'community' then community_id when 'grid' then grid_id else microgrid_id end is not null
group by 1
