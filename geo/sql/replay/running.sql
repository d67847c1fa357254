-- one row is the replay that runs now (none: the site stands at the machine's clock); at most one. It runs for as long as the
-- session that started it (value.pid) holds the lease: the server gives that up when the program ends, however it ends.
select f.value ->> 'source' as source, (f.value ->> 'begins')::timestamptz as begins, (f.value ->> 'ends')::timestamptz as ends,
       (f.value ->> 'started')::timestamptz as started, (f.value ->> 'speed')::float8 as speed
from ops.fact f
where f.fact = 'replay'
  and exists (
    select from pg_catalog.pg_locks l
    where l.locktype = 'advisory' and l.granted and l.pid = (f.value ->> 'pid')::int
      and l.classid = 0 and l.objid = cast(:lease as oid) and l.objsubid = 1
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
