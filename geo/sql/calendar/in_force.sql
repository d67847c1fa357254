-- one row, none in a new store: the working calendar in force; key version
select version, digest from ops.calendar order by version desc limit 1
