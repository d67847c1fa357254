-- one row is a fault code that kept rows carry as a note, with the number of those rows
select fault, count(*) as rows
from pg_temp.staging s cross join unnest(string_to_array(s.notes, ',')) as fault
where s.notes is not null and s.fate is distinct from 'quarantined'
group by fault order by fault
