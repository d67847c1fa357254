-- one row is a load that has the turn and is not committed yet. Key: backend_pid.
insert into ops.load_underway (backend_pid, backend_start, load_id, dataset, file_name, loaded_by)
select pid, backend_start, :load_id, :dataset, :file, :by from pg_stat_activity where pid = :pid
on conflict (backend_pid) do update set
  backend_start = excluded.backend_start, load_id = excluded.load_id, dataset = excluded.dataset,
  file_name = excluded.file_name, loaded_by = excluded.loaded_by
