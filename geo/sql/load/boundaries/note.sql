-- One row is a staged row of an area of the list, given a note.
update pg_temp.staging set notes = concat_ws(',', notes, cast(:note as text)) where natural_key = any (cast(:codes as text[]))
