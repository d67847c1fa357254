-- one row is one area (level, code) that bears the code, at the level told or at any; key (level, code).
-- area_ids = all its versions, name that of the newest
select a.level, a.code, (array_agg(a.name order by a.valid_from desc))[1] as name,
       array_agg(a.area_id order by a.valid_from) as area_ids
from core.area a
where a.code = :code and (cast(:level as text) is null or a.level = :level)
group by a.level, a.code
order by array_position(array['street', 'community', 'grid', 'microgrid'], a.level)
