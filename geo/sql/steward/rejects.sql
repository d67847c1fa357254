-- One row is one fault of one refused row of a load, all or those of one fault code (null: all), in the asked order; key quarantine_id;
-- row = as a spreadsheet shows it (header = 1), value masked where personal; found = how many there are, on every row.
select quarantine_id as reject_id, row_number as "row", column_name as "column", value, fault, params, is_sealed, count(*) over () as found
from ops.quarantine
where load_id = :load_id and (cast(:fault as text) is null or fault = :fault)
order by
  case when :sort = 'column' and :direction = 'asc' then column_name end collate "C" asc nulls last,
  case when :sort = 'column' and :direction = 'desc' then column_name end collate "C" desc nulls last,
  case when :sort = 'value' and :direction = 'asc' then value end collate "C" asc nulls last,
  case when :sort = 'value' and :direction = 'desc' then value end collate "C" desc nulls last,
  case when :sort = 'row' and :direction = 'desc' then row_number end desc,
  row_number, quarantine_id
limit cast(:rows as bigint) offset :skip
