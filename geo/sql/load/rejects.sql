-- one row is one fault of one refused row of a load, by row of the file (header = 1)
select quarantine_id as reject_id, row_number as "row", column_name as "column", value, fault, params, is_sealed
from ops.quarantine where load_id = :load_id order by row_number, quarantine_id
