-- one row is one second at which durations of an area end; key (family, code, duration_s); cases = durations of exactly
-- that many whole seconds, those above the cap counted at the cap
, targets as (
  select t.area_id, t.code
  from unnest(cast(:area_ids as int[]), cast(:codes as text[])) as t (area_id, code)
)
select m.family, t.code, least(m.duration_s, cast(:cap_s as int)) as duration_s, count(*) as cases
from marks m
join targets t on t.area_id = case cast(:level as text)
  when 'site' then 0 when 'street' then m.street_id when 'community' then m.community_id
  when 'grid' then m.grid_id when 'microgrid' then m.microgrid_id end
where m.duration_s is not null
group by m.family, t.code, least(m.duration_s, cast(:cap_s as int))
order by m.family, t.code, duration_s
