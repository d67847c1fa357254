-- one row is one area (level, code) whatever its versions: its newest name, the first day it is valid and the day after the last
-- (null: from the beginning, without end); key (level, code)
select a.level, a.code, (array_agg(a.name order by a.valid_from desc))[1] as name,
       nullif(min(a.valid_from), '-infinity') as first_on, nullif(max(a.valid_to), 'infinity') as end_on
from core.area a
where a.code = :code and a.level = :level
group by a.level, a.code
