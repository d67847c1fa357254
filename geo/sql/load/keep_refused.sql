-- one row is a refused row as received (sealed), kept until the day it expires. Key: load_id, row_number.
insert into landing.row (load_id, row_number, record, shown, expires_on)
select :load_id, row_number, record, shown, cast(:expires_on as date) from pg_temp.refused_row
