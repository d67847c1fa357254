-- one row is the first refused row of a load of those with a wrong number of cells, and of the others, by row of its file, as it may be shown (JSON)
select f.shown from (
  select distinct on (q.is_ragged) q.row_number, o.shown
  from (select row_number, bool_or(fault = 'ragged_row') as is_ragged from ops.quarantine where load_id = :load_id group by row_number) q
  join landing.row o on o.load_id = :load_id and o.row_number = q.row_number
  where o.shown is not null
  order by q.is_ragged, q.row_number
) f
order by f.row_number
