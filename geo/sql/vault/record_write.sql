-- one row is a refused row as received that is sealed, or sealed anew. Key: load_id, row_number.
update landing.row r set record = n.record
from unnest(cast(:load_id as int[]), cast(:row_number as int[]), cast(:record as text[])) as n (load_id, row_number, record)
where r.load_id = n.load_id and r.row_number = n.row_number
