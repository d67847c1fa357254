-- one row is the fault of a row that contradicts another row of its key; params.rows = the rows that share the key.
-- A key of several parts (incident and unit) holds them apart by U+001F, shown as a slash.
with refused as (
  select row_number, natural_key from pg_temp.staging where fate = 'quarantined'
), sharing as (
  select natural_key, string_agg(row_number::text, ', ' order by row_number) as rows from refused group by natural_key
)
insert into pg_temp.staged_fault (row_number, column_name, value, fault, params)
select row_number, 'code', replace(natural_key, e'\x1f', ' / '), 'conflicting_rows', jsonb_build_object('rows', case when length(sharing.rows) > 80 then left(sharing.rows, 79) || '…' else sharing.rows end)
from refused join sharing using (natural_key)
