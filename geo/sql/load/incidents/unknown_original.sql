-- one row is a staged duplicate that names an original which neither the file nor the store holds, or itself: kept, and noted
with named as (
  select row_number, natural_key, duplicate_of_code from pg_temp.staging
  where duplicate_of_code is not null and fate is distinct from 'quarantined'
), known as (
  select o.natural_key as code from pg_temp.staging o
  where o.natural_key in (select duplicate_of_code from named) and o.fate is distinct from 'quarantined'
  union
  select i.incident_code from core.incident i
  where i.source_id = :source_id and i.incident_code in (select duplicate_of_code from named)
)
update pg_temp.staging s set notes = concat_ws(',', s.notes, 'unknown_original')
from named n left join known k on k.code = n.duplicate_of_code
where s.row_number = n.row_number and (n.duplicate_of_code = n.natural_key or k.code is null)
