-- One row is a fault of a refused row that the filters find (null: all), the latest load first; key reject_id; row as a spreadsheet shows it
-- (header = 1), value masked where personal; state and, where it was run again, settled_by = the load, as in ops.refused_row.
select q.quarantine_id as reject_id, q.load_id, l.dataset, s.code as source, q.row_number as "row", q.column_name as "column", q.value,
       q.fault, q.params, q.is_sealed, r.state, coalesce(r.solved_by, r.moved_to) as settled_by
from ops.quarantine q
join ops.refused_row r on r.load_id = q.load_id and r.row_number = q.row_number
join ops.load l on l.load_id = q.load_id
left join core.source s on s.source_id = l.source_id
where (cast(:load_id as int) is null or q.load_id = :load_id)
  and (cast(:dataset as text) is null or l.dataset = :dataset)
  and (cast(:source as text) is null or s.code = :source)
  and (cast(:fault as text) is null or q.fault = :fault)
  and (cast(:column as text) is null or q.column_name = :column)
  and (cast(:row as int) is null or q.row_number = :row)
  and r.state = any(cast(:states as text[]))
order by q.load_id desc, q.row_number, q.quarantine_id
