-- One row is a refused row of a load that the filters find (fault, state; null: all), by row of its file; key row (header = 1); no values.
-- faults = its fault codes; found = how many rows there are, on every row.
select r.row_number as "row", r.state, coalesce(r.solved_by, r.moved_to) as settled_by, f.faults, count(*) over () as found
from ops.refused_row r
join (select row_number, array_agg(distinct fault) as faults from ops.quarantine where load_id = :load_id group by row_number) f using (row_number)
where r.load_id = :load_id and (cast(:fault as text) is null or :fault = any(f.faults))
  and (cast(:state as text) is null or r.state = :state)
order by r.row_number
limit :rows offset :skip
