-- one row, no value: references checked, indexes made
select core.close_bulk()
