-- One row is a staged row of the list, given its fate.
update pg_temp.staging set fate = :fate where row_number = any (cast(:row_numbers as int[]))
