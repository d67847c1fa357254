-- one row is a column of the table, with the name of its type
select attname as name, atttypid::regtype::text as type
from pg_attribute where attrelid = cast(:of_table as regclass) and attnum > 0 and not attisdropped
