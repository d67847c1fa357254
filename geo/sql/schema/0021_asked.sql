-- A file that was loaded before is known by its bytes and by how it is asked for, before it is opened (geo/sql/load/asked.sql).
create index load_asked on ops.load ((options ->> 'asked')) where status = 'loaded';
