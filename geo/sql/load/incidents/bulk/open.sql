-- one row: the id before the first that this load may give, and the clock; the tables have no index until they are closed (bulk/close)
select core.open_bulk() as first_id, ops.clock() as recorded_at
