-- One row is a row that is run again, the next ones by row of its file; key row (header = 1). record = as received, cells = its correction,
-- typed = what a file has anew (heading → value), all sealed.
select w.row_number as "row", o.record, d.cells_sealed as cells, w.typed
from pg_temp.rerun w
join landing.row o on o.load_id = :load_id and o.row_number = w.row_number
left join ops.decision d on d.decision_id = w.decision_id
where w.row_number > :after
order by w.row_number limit :most
