-- one row is one area by its identity; key (level, code); name = that of its newest version
select a.level, a.code, (array_agg(a.name order by a.valid_from desc))[1] as name
from core.area a
group by a.level, a.code
order by array_position(array['street', 'community', 'grid', 'microgrid'], a.level), a.code
