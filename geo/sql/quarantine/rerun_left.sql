-- one row is a row that was run again and that the load :by neither kept nor refused, since it took it for none (blank, a total, a note):
-- it is taken off the list, and stays where it was
delete from pg_temp.rerun r
where not exists (select from pg_temp.staging s where s.row_number = r.row_number)
  and not exists (select from ops.quarantine q where q.load_id = :by and q.row_number = r.row_number)
returning r.row_number as "row"
