-- a table that lives for this load; one row is a row of the file that is repaired, outside or noted. Key: row_number.
create temp table flag (row_number int not null, notes text, is_repaired boolean not null, is_outside boolean not null) on commit drop
