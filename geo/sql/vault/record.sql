-- one row is a refused row as received, sealed (before it was sealed: JSON). Key: load_id, row_number.
select load_id, row_number, record from landing.row order by load_id, row_number
