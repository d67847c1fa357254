-- one row is a staged row of these numbers: a duplicate that names an original which nobody knows
update pg_temp.staging set notes = concat_ws(',', notes, 'unknown_original') where row_number = any (:row_numbers)
