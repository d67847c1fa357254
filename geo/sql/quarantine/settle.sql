-- one row is a fault of a row that the load :by ran again: solved where that load kept the row, moved where it refused it too
update ops.quarantine q
set solved_by = case when again.row_number is null then cast(:by as int) end,
    moved_to = case when again.row_number is not null then cast(:by as int) end
from pg_temp.rerun ran
left join (select distinct row_number from ops.quarantine where load_id = :by) again using (row_number)
where q.load_id = :load_id and q.row_number = ran.row_number and q.solved_by is null and q.moved_to is null
