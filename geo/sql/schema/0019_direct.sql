-- A first bulk load copies its rows straight into the empty tables. COPY takes no table under row security, so that is off while the
-- bulk is open (nobody else can read then, and what was opened must be closed before the commit); a table emptied in the same
-- transaction needs no log of its rows where the server keeps none for others (wal_level = minimal).
drop index core.incident_geom; -- no query asks for incidents by their points: where one lies is kept as the ids of its areas
create or replace function core.open_bulk() returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  opened bigint;
begin
  lock table core.incident, core.incident_revision in access exclusive mode;
  if exists (select from core.incident) or exists (select from core.incident_revision) then
    raise exception 'a bulk load fills empty tables only' using errcode = 'restrict_violation';
  end if;
  alter table core.incident drop constraint incident_pkey, drop constraint incident_source_id_incident_code_key,
    disable trigger known_area_of_new, disable trigger never_deleted, disable row level security;
  drop index core.incident_reported, core.incident_open, core.incident_closed, core.incident_community;
  alter table core.incident_revision drop constraint incident_revision_pkey,
    disable trigger known_incident, disable trigger append_only, disable row level security;
  truncate core.incident, core.incident_revision;
  opened := nextval('core.incident_incident_id_seq');
  insert into core.bulk_load (first_id) values (opened);
  return opened;
end
$$;

-- Rows that share their code are judged before one of them may stay.
drop function core.empty_bulk();
create function core.take_back() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  taken bigint[];
begin
  if not exists (select from core.bulk_load) then
    raise exception 'no bulk load is open' using errcode = 'restrict_violation';
  end if;
  taken := array(select i.incident_id from core.incident i
                 join (select incident_code from core.incident group by incident_code having count(*) > 1) shared using (incident_code));
  delete from core.incident where incident_id = any (taken);
  delete from core.incident_revision where incident_id = any (taken);
end
$$;
comment on function core.take_back() is 'takes out of the open bulk load all rows whose code stands in it more than once';

create or replace function core.close_bulk() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  sources int[] := array(select source_id from core.source);
  categories int[] := array(select category_id from core.category);
  loads int[] := array(select load_id from ops.load);
  areas int[] := array(select area_id from core.area) || 0; -- 0 is none: of an empty list every value is outside, also null
begin
  if not exists (select from core.bulk_load) then
    raise exception 'no bulk load is open' using errcode = 'restrict_violation';
  end if;
  -- for the rest of the transaction: room for the indexes, and no plan that looks up row by row where there is no index yet
  perform set_config('maintenance_work_mem', '256MB', true), set_config('enable_nestloop', 'off', true);
  -- "perform", unlike "if exists", may share its work among processes
  perform from core.incident i
    where i.source_id <> all (sources) or i.category_id <> all (categories) or i.load_id <> all (loads)
       or i.street_id <> all (areas) or i.community_id <> all (areas) or i.grid_id <> all (areas) or i.microgrid_id <> all (areas);
  if found then
    raise exception 'an incident names an area, source, category or load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  -- every incident has one revision: equal numbers of rows, with keys unique on both sides, and equal digests of all ids
  perform from core.incident_revision r where r.load_id <> all (loads) or r.revision <> 1;
  if found or (select (count(*), bit_xor(hashint8extended(incident_id, 1)), bit_xor(hashint8extended(incident_id, 2))) from core.incident)
        is distinct from (select (count(*), bit_xor(hashint8extended(incident_id, 1)), bit_xor(hashint8extended(incident_id, 2))) from core.incident_revision) then
    raise exception 'a revision names an incident or a load that does not exist, or an incident has no revision' using errcode = 'foreign_key_violation';
  end if;
  alter table core.incident add constraint incident_pkey primary key (incident_id),
    add constraint incident_source_id_incident_code_key unique (source_id, incident_code),
    enable trigger known_area_of_new, enable trigger never_deleted, enable row level security;
  perform setval('core.incident_incident_id_seq', greatest((select max(incident_id) from core.incident), (select first_id from core.bulk_load)));
  create index incident_reported on core.incident (reported_at);
  create index incident_open on core.incident (reported_at) where closed_at is null or has_history;
  create index incident_closed on core.incident (closed_at);
  create index incident_community on core.incident (community_id, reported_at);
  alter table core.incident_revision add constraint incident_revision_pkey primary key (incident_id, revision),
    enable trigger known_incident, enable trigger append_only, enable row level security;
  delete from core.bulk_load;
end
$$;
revoke execute on function core.take_back() from public;
grant execute on function core.take_back() to cockpit_load;

-- The same question of the rows of one statement, each id looked up among all that there are.
create or replace function core.refuse_stray_incidents() returns trigger language plpgsql as $$
declare
  sources int[] := array(select source_id from core.source);
  categories int[] := array(select category_id from core.category);
  loads int[] := array(select load_id from ops.load where load_id in (select load_id from added));
  areas int[] := array(select area_id from core.area) || 0; -- 0 is none: of an empty list every value is outside, also null
begin
  if exists (select from added i
             where i.source_id <> all (sources) or i.category_id <> all (categories) or i.load_id <> all (loads)
                or i.street_id <> all (areas) or i.community_id <> all (areas) or i.grid_id <> all (areas) or i.microgrid_id <> all (areas)) then
    raise exception 'an incident names an area, source, category or load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
