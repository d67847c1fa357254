-- one row: says for this transaction only that sealed texts are sealed anew
select set_config('app.rotating', 'on', true)
