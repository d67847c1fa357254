-- one row, no value: what was written since open_bulk is taken out
select core.empty_bulk()
