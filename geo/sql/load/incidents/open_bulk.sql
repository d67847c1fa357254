-- one row: the id before the first of the incident ids reserved for this load, whose table has no index until close_bulk
select core.open_bulk(:row_count) as first_id
