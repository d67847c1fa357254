-- one row or none: the load that has the turn; since = when its transaction began, on the server's clock. Key: backend_pid.
select u.load_id, u.dataset, u.file_name as file, u.loaded_by as by, a.xact_start as since
from pg_locks l
join pg_stat_activity a on a.pid = l.pid
left join ops.load_underway u on u.backend_pid = a.pid and u.backend_start = a.backend_start
where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
  and l.classid = 0 and l.objid = 7240312 and l.objsubid = 1 and l.granted
