-- one row is a fault that the database found, by row of the file
select row_number, column_name, value, fault, params::text as params from pg_temp.staged_fault order by row_number, fault
