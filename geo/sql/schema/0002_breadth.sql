-- Coordinates in other datums, and shapes that are drawn but never rolled up.
-- A load says in which system its coordinates came and how they were brought to EPSG:4326; the coordinates as received
-- are kept beside the converted ones wherever they differ (raw_geom: SRID of the system, 0 for GCJ-02 and BD-09, which
-- have no code; null where the file was in EPSG:4326 already; of an area also what was received before its rings were repaired).
alter table ops.load add column crs text, add column conversion text;
comment on column ops.load.crs is 'coordinate system of the file as agreed before the load, such as EPSG:4490 or gcj02; null where the file has no coordinates';
comment on column ops.load.conversion is 'how the coordinates were brought to EPSG:4326; null where they were in it already';

alter table core.area add column raw_geom geometry;
alter table core.map_feature add column raw_geom geometry;
alter table core.incident add column raw_geom geometry;
alter table core.service_point add column raw_geom geometry;
alter table core.household_site add column raw_geom geometry;
alter table core.ledger_entry add column raw_geom geometry;

-- What was received is part of an entry as it was written.
drop trigger append_only_columns on core.ledger_entry;
create trigger append_only_columns before update of entry_id, source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on,
  fiscal_year, source_kind, use_kind, payer, payee, project, amount, declared_area_code, point, raw_geom, corrects_code, reason, recorded_at,
  content_hash, load_id on core.ledger_entry for each statement execute function ops.refuse_change();

alter table core.map_feature drop constraint map_feature_kind_check;
alter table core.map_feature add constraint map_feature_kind_check
  check (kind in ('water', 'road', 'rail', 'park', 'block', 'county', 'partition'));
comment on column core.map_feature.kind is 'county = a unit above the site, partition = a division that does not nest in the levels: drawn, used as evidence of the coordinate system, never rolled up';

create table core.map_layer (
  layer_code text collate "C" primary key,
  name_zh    text not null,
  name_en    text not null
);
comment on table core.map_layer is 'one row is a division or another set of shapes that may be laid over the map by its name';
alter table core.map_feature add column layer_code text collate "C" references core.map_layer;
alter table core.map_layer enable row level security;
create policy viewer_present on core.map_layer for select to cockpit_app using ((select ops.viewer_level()) is not null);
create policy loader on core.map_layer for all to cockpit_load using (true) with check (true);
grant select on core.map_layer to cockpit_app;
grant select, insert, update, delete on core.map_layer to cockpit_load;

insert into ops.column_class (table_name, column_name, class) values
  ('ops.load', 'crs', 'internal'), ('ops.load', 'conversion', 'internal'),
  ('core.area', 'raw_geom', 'public'), ('core.map_feature', 'raw_geom', 'public'), ('core.service_point', 'raw_geom', 'public'),
  ('core.map_layer', 'layer_code', 'public'), ('core.map_layer', 'name_zh', 'public'), ('core.map_layer', 'name_en', 'public'),
  ('core.map_feature', 'layer_code', 'public'),
  ('core.incident', 'raw_geom', 'personal'), ('core.household_site', 'raw_geom', 'personal'), ('core.ledger_entry', 'raw_geom', 'internal');
