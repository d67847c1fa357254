-- one row is a fault of a refused row that is still in a load's quarantine; key row, column, fault
select row_number as "row", column_name as "column", fault from ops.quarantine
where load_id = :load_id and row_number = any(cast(:rows as int[])) and solved_by is null and moved_to is null
