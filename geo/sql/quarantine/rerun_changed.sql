-- one row: whether the load :by found other faults in the rows that are run again than those for which they are in quarantine
with before as (
  select q.row_number, q.column_name, q.fault from ops.quarantine q join pg_temp.rerun using (row_number)
  where q.load_id = :load_id and q.solved_by is null and q.moved_to is null
), after as (
  select row_number, column_name, fault from ops.quarantine where load_id = :by
)
select exists (select * from before except select * from after) or exists (select * from after except select * from before) as is_changed
