-- Which load has the turn, for those who wait for it. Written in a commit of its own while the load's is under way.
create table ops.load_underway (
  backend_pid   int primary key,
  backend_start timestamptz not null,
  load_id       int not null,
  dataset       text not null,
  file_name     text not null,
  loaded_by     text not null
);
comment on table ops.load_underway is 'one row is a load that has, or had, the turn; it stands only as long as that server process holds the lock (geo/sql/load/holder.sql); load_id as its ledger line will have it';
grant select, insert, update, delete on ops.load_underway to cockpit_load;
insert into ops.column_class (table_name, column_name, class)
select 'ops.load_underway', attname, 'internal' from pg_attribute
where attrelid = 'ops.load_underway'::regclass and attnum > 0 and not attisdropped;
