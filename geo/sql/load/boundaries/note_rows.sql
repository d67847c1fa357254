-- One row is a staged row of the list, given a note.
update pg_temp.staging set notes = concat_ws(',', notes, cast(:note as text)) where row_number = any (cast(:row_numbers as int[]))
