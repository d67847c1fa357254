-- One row is a refused row of a load, by row of its file; key row_number (header = 1). record = as received, sealed; state as in ops.refused_row;
-- cells_sealed = its correction (heading → value), sealed; shown = as it may be shown (JSON). record is null for one kept too long ago.
select r.row_number as "row", r.state, o.record, o.shown, c.cells_sealed
from ops.refused_row r
left join landing.row o on o.load_id = r.load_id and o.row_number = r.row_number
left join lateral (select d.cells_sealed from ops.decision d where d.load_id = r.load_id and d.row_number = r.row_number
                   order by d.decision_id desc limit 1) c on r.state = 'corrected'
where r.load_id = :load_id
order by r.row_number
