-- one row is a correction of a refused row, sealed; key id
select decision_id as id, cells_sealed from ops.decision where is_sealed or not :is_sealed order by decision_id
