-- one row: staged rows of the file by fate; repaired and outside among those kept
select count(*) filter (where coalesce(fate, 'inserted') = 'inserted') as inserted,
       count(*) filter (where fate = 'updated') as updated,
       count(*) filter (where fate = 'unchanged') as unchanged,
       count(*) filter (where fate = 'quarantined') as quarantined,
       count(*) filter (where is_repaired and fate is distinct from 'quarantined') as repaired,
       count(*) filter (where is_outside and fate is distinct from 'quarantined') as outside
from pg_temp.staging
