-- one row, no value: the rows whose code stands in the tables more than once are taken out of them
select core.take_back()
