-- One row is a fault of a staged row, found when the areas were put together.
insert into pg_temp.staged_fault (row_number, column_name, value, fault, params)
values (:row_number, :column_name, :value, :fault, cast(:params as jsonb))
