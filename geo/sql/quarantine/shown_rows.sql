-- one row is a refused row of a load, of those asked for: as it may be shown (JSON by heading; null: not kept); key row (header = 1)
select q.row_number as "row", o.shown
from (select distinct load_id, row_number from ops.quarantine where load_id = :load_id and row_number = any(cast(:rows as int[]))) q
left join landing.row o using (load_id, row_number)
