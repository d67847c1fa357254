-- one row is one fault of one refused row of this load; value is masked where it is personal. Key: quarantine_id.
insert into ops.quarantine (load_id, row_number, column_name, value, value_sealed, fault, params)
select :load_id, row_number, column_name, value, value_sealed, fault, params from pg_temp.told_fault order by row_number, fault
