-- one row or none: the server's process whose transaction has the turn of loading, as every login may see it. Key: pid.
select l.pid
from pg_locks l
where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
  and l.classid = 0 and l.objid = 7240312 and l.objsubid = 1 and l.granted
