-- one row is the first row that is run again of those with a wrong number of cells, and of the others, by row of its file; record = as received, sealed
select f."row", f.record from (
  select distinct on (w.is_ragged) w.row_number as "row", o.record
  from (select r.row_number, exists (select from ops.quarantine q where q.load_id = :load_id and q.row_number = r.row_number
                                       and q.fault = 'ragged_row') as is_ragged from pg_temp.rerun r) w
  join landing.row o on o.load_id = :load_id and o.row_number = w.row_number
  order by w.is_ragged, w.row_number
) f
order by f."row"
