-- one row is a staged row judged a repeat (it is unchanged) or superseded (it shares the fate of the row that decided)
with decided as (
  select natural_key, min(coalesce(fate, 'inserted')) as fate
  from pg_temp.staging
  where natural_key in (select natural_key from pg_temp.staging where fate = 'superseded')
    and coalesce(fate, 'inserted') not in ('repeat', 'superseded')
  group by natural_key
)
update pg_temp.staging s set fate = case s.fate when 'repeat' then 'unchanged' else decided.fate end
from pg_temp.staging o left join decided using (natural_key)
where o.row_number = s.row_number and s.fate in ('repeat', 'superseded')
