-- The store's first shape. Schemas: landing (as received), core (typed, valid, placed),
-- mart (what may be compared by everybody), ops (loads, quarantine, audit, outbox; made by bootstrap.sql).
-- Every geometry is EPSG:4326 (lon, lat); every *_at is timestamptz; money is numeric(18,2) in the site's currency.
create schema landing;
create schema core;
create schema mart;

-- ---------------------------------------------------------------- viewer and clock
-- A transaction sets app.viewer, app.level, app.areas and app.clock locally (geo/store.py).
-- Without them nobody is looking, and every scoped table has 0 rows.

create function ops.viewer_level() returns text
  language sql stable parallel safe
  return nullif(current_setting('app.level', true), '');

create function ops.viewer_areas() returns int[]
  language sql stable parallel safe
  return string_to_array(nullif(current_setting('app.areas', true), ''), ',')::int[];

create function ops.clock() returns timestamptz
  language sql stable parallel safe
  return nullif(current_setting('app.clock', true), '')::timestamptz;

comment on function ops.viewer_level() is 'site: sees everything; area: sees viewer_areas() and all below; null: nobody is looking';
comment on function ops.clock() is 'the one clock of the transaction; later events do not exist; SQL never calls now()';

-- ---------------------------------------------------------------- loads
create table core.source (
  source_id      int generated always as identity primary key,
  code           text collate "C" not null unique,
  dataset        text not null,
  name           text not null,
  stages         text[] not null default '{}',
  time_precision text not null default 'second' check (time_precision in ('second', 'minute', 'day')),
  as_of          timestamptz,
  is_simulated   boolean not null default false
);
comment on table core.source is 'one row is a sender of one dataset, as its mapping names it; stages = the stage columns it carries; as_of = end of a snapshot, when the mapping declares one';

create table ops.load (
  load_id          int generated always as identity primary key,
  dataset          text not null,
  source_id        int references core.source,
  file_name        text not null,
  sha256           text not null,
  fingerprint      text not null,
  mode             text not null default 'delta' check (mode in ('delta', 'snapshot')),
  level            text,
  status           text not null check (status in ('loaded', 'refused')),
  read             int not null default 0,
  inserted         int not null default 0,
  updated          int not null default 0,
  unchanged        int not null default 0,
  quarantined      int not null default 0,
  skipped          int not null default 0,
  things           int not null default 0,
  repaired         int not null default 0,
  outside          int not null default 0,
  faults           jsonb not null default '{}',
  message          text,
  unknown_values   jsonb not null default '{}',
  ignored_columns  text[] not null default '{}',
  first_reported_on date,
  last_reported_on  date,
  loaded_by        text not null,
  started_at       timestamptz not null,
  finished_at      timestamptz not null,
  constraint counts_add_up check (status = 'refused' or read = inserted + updated + unchanged + quarantined)
);
create index load_fingerprint on ops.load (fingerprint) where status = 'loaded';
comment on column ops.load.fingerprint is 'sha256 over file bytes, mapping, options, boundary version and code lists: the same fingerprint is nothing new';

create table ops.quarantine (
  quarantine_id bigint generated always as identity primary key,
  load_id       int not null references ops.load,
  row_number    int not null,
  column_name   text,
  value         text,
  fault         text not null,
  params        jsonb not null default '{}'
);
create index quarantine_load on ops.quarantine (load_id, row_number);
comment on table ops.quarantine is 'one row is one fault of one refused row; row_number as a spreadsheet shows it (header = 1); value masked if personal; the row itself is in landing.row';

create table core.source_coverage (
  source_id int not null references core.source,
  load_id   int not null references ops.load,
  first_on  date not null,
  last_on   date not null,
  primary key (source_id, load_id),
  check (first_on <= last_on)
);
comment on table core.source_coverage is 'one row is the span of days (site time zone, both inclusive) that one load of an incident source covers';

-- ---------------------------------------------------------------- areas
create table core.area (
  area_id        int generated always as identity primary key,
  level          text not null check (level in ('street', 'community', 'grid', 'microgrid')),
  code           text collate "C" not null,
  name           text not null,
  parent_id      int references core.area,
  community_type text check (community_type in ('old_town', 'township', 'business', 'resettlement')),
  valid_from     date not null default '-infinity',
  valid_to       date not null default 'infinity',
  is_nested      boolean not null,
  geom           geometry(MultiPolygon, 4326) not null,
  label_point    geometry(Point, 4326) not null,
  area_m2        double precision not null check (area_m2 > 0),
  source_id      int not null references core.source,
  load_id        int not null references ops.load,
  content_hash   text not null,
  unique (level, code, valid_from),
  check (valid_from < valid_to)
);
create index area_geom on core.area using gist (geom);
create index area_parent on core.area (parent_id);
comment on table core.area is 'one row is one version of an area, in force [valid_from, valid_to); code is the sender''s text and opaque; ancestry is parent_id, never the text of a code';
comment on column core.area.is_nested is 'false: the set does not nest in its parent level; its parent level is placed by its own polygon';

create table core.map_feature (
  map_feature_id bigint generated always as identity primary key,
  kind      text not null check (kind in ('water', 'road', 'rail', 'park', 'block')),
  name      text,
  width_m   real,
  geom      geometry(Geometry, 4326) not null,
  source_id int not null references core.source,
  load_id   int not null references ops.load
);
create index map_feature_geom on core.map_feature using gist (geom);
comment on table core.map_feature is 'one row is a shape of the basemap (dataset layers): drawn, never rolled up';

-- ---------------------------------------------------------------- incidents: an event log and what follows from it
create type core.event_kind as enum (
  'reported', 'registered', 'accepted', 'dispatched', 'reassigned', 'returned', 'arrived', 'handled', 'closed',
  'reopened', 'extended', 'suspended', 'resumed', 'voided', 'duplicate_of', 'exempted', 'escalated', 'called_back', 'noted');

create table core.category (
  category_id    int generated always as identity primary key,
  code           text collate "C" not null unique,
  name_zh        text not null,
  name_en        text not null,
  response_class text not null default 'general' check (response_class in ('urgent', 'general', 'dispute')),
  is_private     boolean not null default false
);
comment on table core.category is 'one row is a category of incidents; urgent = under the 10-minute promise; private = shown only in counts of at least 5';

create table core.incident (
  incident_id        bigint generated always as identity primary key,
  source_id          int not null,
  incident_code      text collate "C" not null,
  category_id        int not null,
  channel            text,
  agency_responsible text,
  status             text not null default 'open',
  geom               geometry(Point, 4326),
  placed_by          text not null check (placed_by in ('point', 'declared', 'address', 'none')),
  declared_area_code text,
  street_id          int,
  community_id       int,
  grid_id            int,
  microgrid_id       int,
  reported_at        timestamptz not null,
  reported_on        date not null,
  registered_at      timestamptz,
  accepted_at        timestamptz,
  dispatched_at      timestamptz,
  arrived_at         timestamptz,
  handled_at         timestamptz,
  closed_at          timestamptz,
  followed_up_at     timestamptz,
  due_at             timestamptz,
  day_precision      text[] not null default '{}',
  is_void            boolean not null default false,
  is_duplicate       boolean not null default false,
  duplicate_of_code  text collate "C",
  has_history        boolean not null default false,
  revision           smallint not null default 1,
  content_hash       text not null,
  load_id            int not null,
  unique (source_id, incident_code)
);
create index incident_reported on core.incident (reported_at);
create index incident_open on core.incident (reported_at) where closed_at is null or has_history;
create index incident_closed on core.incident (closed_at);
create index incident_community on core.incident (community_id, reported_at);
create index incident_geom on core.incident using gist (geom);
comment on table core.incident is 'one row is one incident: the head of its event log (core.incident_event) with the stamps derived from it: the first event of each stage, closed_at the last close not followed by a reopen, due_at with its extensions';
comment on column core.incident.has_history is 'reopened, suspended or extended at least once: its state at a moment must be read from the event log, not from the derived stamps';
comment on column core.incident.day_precision is 'stamps that came as bare dates: order is judged by day, no duration uses them';
comment on column core.incident.reported_on is 'day of reported_at in the site''s time zone';

create table core.incident_event (
  event_id    bigint generated always as identity,
  incident_id bigint not null,
  kind        core.event_kind not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  revision    smallint,
  load_id     int,
  actor       text,
  payload     jsonb,
  primary key (incident_id, event_id),
  check ((load_id is null) <> (actor is null))
);
-- References of the two large tables are checked once a statement, not once a row: a feed writes millions of rows.
create function core.refuse_stray_incidents() returns trigger language plpgsql as $$
begin
  if exists (select from (select street_id as area_id from added union select community_id from added
                          union select grid_id from added union select microgrid_id from added) placed
             where area_id is not null and not exists (select from core.area a where a.area_id = placed.area_id))
     or exists (select from (select distinct source_id, category_id, load_id from added) told
                where not exists (select from core.source s where s.source_id = told.source_id)
                   or not exists (select from core.category c where c.category_id = told.category_id)
                   or not exists (select from ops.load l where l.load_id = told.load_id)) then
    raise exception 'an incident names an area, source, category or load that does not exist'
      using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
create trigger known_area_of_new after insert on core.incident
  referencing new table as added for each statement execute function core.refuse_stray_incidents();
create trigger known_area_of_changed after update on core.incident
  referencing new table as added for each statement execute function core.refuse_stray_incidents();

create function core.refuse_stray_events() returns trigger language plpgsql as $$
begin
  if exists (select from added e where not exists (select from core.incident i where i.incident_id = e.incident_id))
     or exists (select from (select distinct load_id from added where load_id is not null) e
                where not exists (select from ops.load l where l.load_id = e.load_id)) then
    raise exception 'an event names an incident or a load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
create trigger known_incident after insert on core.incident_event
  referencing new table as added for each statement execute function core.refuse_stray_events();
comment on table core.incident_event is 'append-only. one row is one event of an incident. A feed''s row that changed writes a new revision of its events; those of the highest revision known at a moment count, and officers'' events (actor) always do';

-- Whether a duplicate's original is in the store must not depend on who looks, so this one question passes the row scope.
create function core.has_original(of_source_id int, own_code text, original_code text) returns boolean
  language sql stable security definer set search_path = pg_catalog
  return exists (
    select from core.incident o
    where o.source_id = of_source_id and o.incident_code = original_code and original_code <> own_code
      and o.reported_at <= ops.clock() and not (o.is_duplicate and o.duplicate_of_code is not distinct from own_code));
comment on function core.has_original(int, text, text) is 'true when the named original of a duplicate exists at the clock (two cases that name each other have none); a duplicate with an original is folded into it';
revoke execute on function core.has_original(int, text, text) from public;
grant execute on function core.has_original(int, text, text) to cockpit_app, cockpit_load;

-- ---------------------------------------------------------------- service points, households
create table core.service_kind (
  service_kind_id int generated always as identity primary key,
  code    text collate "C" not null unique,
  name_zh text not null,
  name_en text not null
);

create table core.service_point (
  service_point_id bigint generated always as identity primary key,
  source_id       int not null references core.source,
  service_code    text collate "C" not null,
  service_kind_id int not null references core.service_kind,
  name            text not null,
  capacity        int check (capacity >= 0),
  geom            geometry(Geometry, 4326) not null,
  point           geometry(Point, 4326) not null,
  street_id       int references core.area,
  community_id    int references core.area,
  grid_id         int references core.area,
  microgrid_id    int references core.area,
  withdrawn_on    date,
  content_hash    text not null,
  load_id         int not null references ops.load,
  unique (source_id, service_code)
);
create index service_point_geom on core.service_point using gist (point);

create table core.household_site (
  household_site_id bigint generated always as identity primary key,
  source_id       int not null references core.source,
  site_code       text collate "C" not null,
  households      int not null check (households >= 0),
  residents       int check (residents >= 0),
  residents_60    int check (residents_60 >= 0),
  residents_80    int check (residents_80 >= 0),
  living_alone_60 int check (living_alone_60 >= 0),
  point           geometry(Point, 4326),
  declared_area_code text,
  street_id       int references core.area,
  community_id    int references core.area,
  grid_id         int references core.area,
  microgrid_id    int references core.area,
  content_hash    text not null,
  load_id         int not null references ops.load,
  unique (source_id, site_code)
);
comment on table core.household_site is 'one row is a building or stairwell with its numbers of households and residents; no person is in it';

-- ---------------------------------------------------------------- money
create table core.fund (
  fund_id      int generated always as identity primary key,
  source_id    int not null references core.source,
  fund_code    text collate "C" not null,
  name         text not null,
  fund_kind    text not null check (fund_kind in ('community', 'named', 'programme')),
  purpose      text,
  opened_on    date,
  declared_area_code text,
  street_id    int references core.area,
  community_id int references core.area,
  content_hash text not null,
  load_id      int not null references ops.load,
  unique (source_id, fund_code)
);

create table core.ledger_entry (
  entry_id        bigint generated always as identity primary key,
  source_id       int not null references core.source,
  entry_code      text collate "C" not null,
  fund_id         int references core.fund,
  counter_fund_id int references core.fund,
  entry_kind      text not null check (entry_kind in ('opening', 'income', 'expense', 'committed', 'transfer')),
  occurred_on     date,
  fiscal_year     int,
  source_kind     text,
  use_kind        text,
  payer           text,
  payee           text,
  project         text,
  amount          numeric(18, 2) not null,
  declared_area_code text,
  street_id       int references core.area,
  community_id    int references core.area,
  grid_id         int references core.area,
  point           geometry(Point, 4326),
  corrects_code   text collate "C",
  reason          text,
  recorded_at     timestamptz not null,
  content_hash    text not null,
  load_id         int not null references ops.load,
  unique (source_id, entry_code),
  check (occurred_on is not null or fiscal_year is not null),
  check (entry_kind <> 'transfer' or counter_fund_id is not null)
);
create index ledger_entry_fund on core.ledger_entry (fund_id, occurred_on);
comment on table core.ledger_entry is 'append-only. one row is one movement of money; a correction is a new entry that names corrects_code and a reason; committed entries flow on the Sankey and never enter a balance; a transfer leaves fund_id and reaches counter_fund_id';
comment on column core.ledger_entry.fiscal_year is 'where a source states only a year; such an entry counts in every window that holds 1 January to 31 December of it';

create function ops.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: nothing is deleted or overwritten, write a correction instead', tg_table_name using errcode = 'P0APP';
end
$$;
create trigger append_only before delete or truncate on core.ledger_entry for each statement execute function ops.refuse_change();
-- Only where an entry lies may change, with the boundaries: every other column of it is as it was written.
create trigger append_only_columns before update of entry_id, source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on,
  fiscal_year, source_kind, use_kind, payer, payee, project, amount, declared_area_code, point, corrects_code, reason, recorded_at,
  content_hash, load_id on core.ledger_entry for each statement execute function ops.refuse_change();
create trigger append_only before update or delete or truncate on core.incident_event for each statement execute function ops.refuse_change();
create trigger never_deleted before delete or truncate on core.incident for each statement execute function ops.refuse_change();
create trigger never_deleted before delete or truncate on core.area for each statement execute function ops.refuse_change();

-- ---------------------------------------------------------------- landing, outbox, audit, version
create table landing.row (
  load_id    int not null references ops.load,
  row_number int not null,
  record     jsonb not null,
  expires_on date not null,
  primary key (load_id, row_number)
);
comment on table landing.row is 'one row is a refused row of a file exactly as received, kept for a limited time so that it can be corrected and run again';

create table ops.outbox (
  outbox_id  bigint generated always as identity primary key,
  channel    text not null,
  payload    jsonb not null,
  created_at timestamptz not null,
  sent_at    timestamptz
);
comment on table ops.outbox is 'one row is a message that leaves the program, written in the commit of what it tells';

create table ops.audit (
  audit_id    bigint generated always as identity primary key,
  occurred_at timestamptz not null,
  viewer      text not null,
  action      text not null,
  object      text not null,
  detail      jsonb not null default '{}'
);
create trigger append_only before update or delete or truncate on ops.audit for each statement execute function ops.refuse_change();

create table ops.data_version (
  is_only boolean primary key default true check (is_only),
  version bigint not null default 0
);
insert into ops.data_version default values;
comment on table ops.data_version is 'the one row goes up by one in every commit that changes a figure; part of every cache key';

create table ops.fact (
  fact  text primary key,
  value jsonb not null
);
comment on table ops.fact is 'one row is something all programs must know of this store; sample = seed and clock of the sample street in it';

create table ops.column_class (
  table_name  text not null,
  column_name text not null,
  class       text not null check (class in ('public', 'internal', 'personal', 'sensitive')),
  primary key (table_name, column_name)
);
comment on table ops.column_class is 'one row is the class of one column; grants and masks are made from it; a column without a class fails a test';

-- ---------------------------------------------------------------- row scope
-- The load login writes everything; the app login sees what the viewer may; nobody else has a policy.
do $$
declare
  scoped text;
begin
  foreach scoped in array array['core.incident', 'core.service_point', 'core.household_site'] loop
    execute format('alter table %s enable row level security', scoped);
    execute format($p$create policy viewer_scope on %s for select to cockpit_app using (
      (select ops.viewer_level()) = 'site'
      or street_id = any ((select ops.viewer_areas())::int[]) or community_id = any ((select ops.viewer_areas())::int[])
      or grid_id = any ((select ops.viewer_areas())::int[]) or microgrid_id = any ((select ops.viewer_areas())::int[]))$p$, scoped);
  end loop;
  execute 'alter table core.fund enable row level security';
  execute $p$create policy viewer_scope on core.fund for select to cockpit_app using (
    (select ops.viewer_level()) = 'site'
    or street_id = any ((select ops.viewer_areas())::int[]) or community_id = any ((select ops.viewer_areas())::int[]))$p$;
  -- a fund's balance needs all of its entries, also those that serve an area outside the viewer's scope
  execute 'alter table core.ledger_entry enable row level security';
  execute $p$create policy viewer_scope on core.ledger_entry for select to cockpit_app using (
    (select ops.viewer_level()) = 'site'
    or street_id = any ((select ops.viewer_areas())::int[]) or community_id = any ((select ops.viewer_areas())::int[])
    or fund_id in (select fund_id from core.fund) or counter_fund_id in (select fund_id from core.fund))$p$;
  foreach scoped in array array['core.area', 'core.map_feature', 'core.source', 'core.source_coverage', 'core.category', 'core.service_kind', 'ops.load', 'ops.fact'] loop
    execute format('alter table %s enable row level security', scoped);
    execute format('create policy viewer_present on %s for select to cockpit_app using ((select ops.viewer_level()) is not null)', scoped);
  end loop;
  foreach scoped in array array['ops.quarantine', 'landing.row', 'ops.audit'] loop
    execute format('alter table %s enable row level security', scoped);
    execute format($p$create policy viewer_site on %s for select to cockpit_app using ((select ops.viewer_level()) = 'site')$p$, scoped);
  end loop;
end
$$;
alter table core.incident_event enable row level security;
create policy viewer_scope on core.incident_event for select to cockpit_app
  using (exists (select from core.incident i where i.incident_id = incident_event.incident_id));
create policy audit_append on ops.audit for insert to cockpit_app with check (true);

do $$
declare
  written text;
begin
  for written in select format('%I.%I', schemaname, tablename) from pg_tables
                 where schemaname in ('core', 'ops', 'landing') and rowsecurity loop
    execute format('create policy loader on %s for all to cockpit_load using (true) with check (true)', written);
  end loop;
end
$$;

-- ---------------------------------------------------------------- grants
grant usage on schema core, ops, mart to cockpit_app, cockpit_load;
grant usage on schema landing to cockpit_load;
grant usage on schema mart, ops to cockpit_wall;
grant select on all tables in schema core to cockpit_app;
grant select on ops.load, ops.fact, ops.quarantine, ops.data_version, ops.column_class, ops.schema_version to cockpit_app;
grant select, insert on ops.audit to cockpit_app;
grant select, insert, update, delete on all tables in schema core, ops, landing to cockpit_load;
revoke update, delete on core.ledger_entry, core.incident_event, ops.audit from cockpit_load;
grant update (street_id, community_id, grid_id) on core.ledger_entry to cockpit_load;
revoke insert, update, delete on ops.schema_version from cockpit_load;
grant select on ops.data_version to cockpit_wall;
grant execute on all functions in schema ops to cockpit_app, cockpit_load, cockpit_wall;

-- ---------------------------------------------------------------- statistics
-- A bulk load must not leave the planner with the statistics of an empty table until autovacuum comes by.
create function ops.refresh_statistics() returns void
  language plpgsql security definer set search_path = pg_catalog as $$
begin
  analyze core.area, core.category, core.incident, core.incident_event, core.service_point, core.household_site,
          core.ledger_entry, core.map_feature;
end
$$;
revoke execute on function ops.refresh_statistics() from public;
grant execute on function ops.refresh_statistics() to cockpit_load;

-- ---------------------------------------------------------------- column classes
insert into ops.column_class (table_name, column_name, class)
select format('%s.%s', n.nspname, c.relname), a.attname, 'internal'
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('core', 'ops', 'landing', 'mart') and a.attnum > 0 and not a.attisdropped;

update ops.column_class set class = 'public'
where table_name in ('core.area', 'core.map_feature', 'core.category', 'core.service_kind', 'core.service_point', 'core.fund', 'ops.data_version');

update ops.column_class set class = 'personal'
where (table_name, column_name) in (('core.incident', 'geom'), ('core.household_site', 'point'), ('core.household_site', 'living_alone_60'),
  ('core.ledger_entry', 'payer'), ('core.ledger_entry', 'payee'), ('core.ledger_entry', 'reason'), ('core.incident_event', 'actor'), ('core.incident_event', 'payload'));

update ops.column_class set class = 'sensitive'
where (table_name, column_name) in (('landing.row', 'record'), ('ops.quarantine', 'value'), ('ops.audit', 'detail'));
