-- What makes a delivery older than another: what the sender says decides (the moment of its last change, a number), and
-- the mapping that read it. Rows read by another mapping are never called old: a corrected mapping corrects them.
alter table ops.load add column mapping_hash text;
comment on column ops.load.mapping_hash is 'md5 over mapping and site time zone, as they read the file; null before this column came to be';
alter table core.incident add column decides text collate "C";
comment on column core.incident.decides is 'what decided for the row that the head stands on ([key] decides of its mapping), written so that the later sorts higher';
alter table core.incident_unit add column decides text collate "C";
comment on column core.incident_unit.decides is 'as core.incident.decides';

insert into ops.column_class (table_name, column_name, class) values
  ('ops.load', 'mapping_hash', 'internal'), ('core.incident', 'decides', 'internal'), ('core.incident_unit', 'decides', 'internal');
