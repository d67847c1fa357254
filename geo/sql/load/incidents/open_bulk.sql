-- one row: the id before the first that this load may give; the table has no index until close_bulk
select core.open_bulk() as first_id
