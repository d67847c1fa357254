-- Units of an incident: a source may report by unit (one row a fire engine), and several rows then make one incident.
-- The head in core.incident and its events are derived from all units known, whichever file brought them; every unit
-- keeps what its own row said. geom and raw_geom as in core.incident; area ids are placed anew with the boundaries.
create table core.incident_unit (
  incident_unit_id   bigint generated always as identity primary key,
  incident_id        bigint not null,
  unit_code          text collate "C" not null,
  category_id        int not null,
  channel            text,
  agency_responsible text,
  geom               geometry(Point, 4326),
  raw_geom           geometry,
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
  content_hash       text not null,
  load_id            int not null,
  unique (incident_id, unit_code)
);
comment on table core.incident_unit is 'one row is one unit (team, vehicle) of one incident as its sender''s row told it; stamps are the unit''s own: closed_at = the unit is free again. Only sources whose mapping names a unit have rows here';
comment on column core.incident_unit.reported_on is 'day of reported_at in the site''s time zone';

-- References are checked once a statement, as those of incidents and events are.
create function core.refuse_stray_units() returns trigger language plpgsql as $$
begin
  if exists (select from added u where not exists (select from core.incident i where i.incident_id = u.incident_id))
     or exists (select from (select distinct category_id, load_id from added) told
                where not exists (select from core.category c where c.category_id = told.category_id)
                   or not exists (select from ops.load l where l.load_id = told.load_id))
     or exists (select from (select street_id as area_id from added union select community_id from added
                             union select grid_id from added union select microgrid_id from added) placed
                where area_id is not null and not exists (select from core.area a where a.area_id = placed.area_id)) then
    raise exception 'a unit names an incident, area, category or load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
create trigger known_incident_of_new after insert on core.incident_unit
  referencing new table as added for each statement execute function core.refuse_stray_units();
create trigger known_incident_of_changed after update on core.incident_unit
  referencing new table as added for each statement execute function core.refuse_stray_units();
create trigger never_deleted before delete or truncate on core.incident_unit for each statement execute function ops.refuse_change();

-- Who sees an incident sees its units; the load login writes them.
alter table core.incident_unit enable row level security;
create policy viewer_scope on core.incident_unit for select to cockpit_app
  using (exists (select from core.incident i where i.incident_id = incident_unit.incident_id));
create policy loader on core.incident_unit for all to cockpit_load using (true) with check (true);
grant select on core.incident_unit to cockpit_app;
grant select, insert, update, delete on core.incident_unit to cockpit_load;

create or replace function ops.refresh_statistics() returns void
  language plpgsql security definer set search_path = pg_catalog as $$
begin
  analyze core.area, core.category, core.incident, core.incident_event, core.incident_unit, core.service_point,
          core.household_site, core.ledger_entry, core.map_feature;
end
$$;

insert into ops.column_class (table_name, column_name, class)
select 'core.incident_unit', a.attname, case when a.attname in ('geom', 'raw_geom') then 'personal' else 'internal' end
from pg_attribute a
where a.attrelid = 'core.incident_unit'::regclass and a.attnum > 0 and not a.attisdropped;
