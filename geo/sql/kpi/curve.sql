-- one row is one second at which durations of an area version end; key (family, area_id, duration_s); cases = durations of exactly
-- that many whole seconds, those above the cap counted at the cap
select m.family, area_of_level as area_id, least(m.duration_s, cast(:cap_s as int)) as duration_s, count(*) as cases
from marks_of_family m
where m.duration_s is not null and area_of_level = any (cast(:area_ids as int[]))
group by m.family, area_of_level, least(m.duration_s, cast(:cap_s as int))
