-- one row is a staged row whose natural key stands in the file more than once. Its fate:
-- repeat (same content as an earlier row), superseded (another row of the key has a higher `decides`), quarantined (content contradicts).
with shared as (
  select natural_key from pg_temp.staging group by natural_key having count(*) > 1
), ranked as (
  select s.row_number, s.natural_key, s.content_hash,
         dense_rank() over (partition by s.natural_key order by s.decides collate "C" desc nulls last) as place,
         row_number() over (partition by s.natural_key, s.content_hash, s.decides order by s.row_number) as copy_number
  from pg_temp.staging s join shared using (natural_key)
), contradicted as (
  select natural_key from ranked where place = 1 group by natural_key having count(distinct content_hash) > 1
), judged as (
  select row_number,
         case when natural_key in (select natural_key from contradicted) then 'quarantined'
              when place > 1 then 'superseded'
              when copy_number > 1 then 'repeat' end as fate
  from ranked
)
update pg_temp.staging s set fate = judged.fate
from judged where judged.row_number = s.row_number and judged.fate is not null
