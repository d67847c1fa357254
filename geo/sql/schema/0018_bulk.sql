-- A first bulk load fills the tables while its file is still read. Where the judging of the whole file takes a row back that is in
-- already, the tables are emptied and filled anew; the number of rows is known at the end only, so ids are reserved then.
drop function core.open_bulk(int);
create function core.open_bulk() returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  opened bigint;
begin
  lock table core.incident, core.incident_revision in access exclusive mode;
  if exists (select from core.incident) or exists (select from core.incident_revision) then
    raise exception 'a bulk load fills empty tables only' using errcode = 'restrict_violation';
  end if;
  alter table core.incident drop constraint incident_pkey, drop constraint incident_source_id_incident_code_key;
  drop index core.incident_reported, core.incident_open, core.incident_closed, core.incident_community, core.incident_geom;
  alter table core.incident disable trigger known_area_of_new;
  alter table core.incident_revision drop constraint incident_revision_pkey, disable trigger known_incident;
  opened := nextval('core.incident_incident_id_seq');
  insert into core.bulk_load (first_id) values (opened);
  return opened;
end
$$;
comment on function core.open_bulk() is 'takes the indexes off the empty incident tables and returns the id before the first that the load may give; core.close_bulk puts them back in the same transaction';

create function core.empty_bulk() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from core.bulk_load) then
    raise exception 'no bulk load is open' using errcode = 'restrict_violation';
  end if;
  alter table core.incident disable trigger never_deleted;
  alter table core.incident_revision disable trigger append_only;
  truncate core.incident, core.incident_revision;
  alter table core.incident enable trigger never_deleted;
  alter table core.incident_revision enable trigger append_only;
end
$$;
comment on function core.empty_bulk() is 'takes out what the open bulk load has written so far';

create or replace function core.close_bulk() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  sources int[] := array(select source_id from core.source);
  categories int[] := array(select category_id from core.category);
  loads int[] := array(select load_id from ops.load);
  areas int[] := array(select area_id from core.area);
begin
  if not exists (select from core.bulk_load) then
    raise exception 'no bulk load is open' using errcode = 'restrict_violation';
  end if;
  -- for the rest of the transaction: room for the indexes, and no plan that looks up row by row where there is no index yet
  perform set_config('maintenance_work_mem', '256MB', true), set_config('enable_nestloop', 'off', true);
  if exists (select from core.incident i
             where i.source_id <> all (sources) or i.category_id <> all (categories) or i.load_id <> all (loads)
                or i.street_id <> all (areas) or i.community_id <> all (areas) or i.grid_id <> all (areas) or i.microgrid_id <> all (areas)) then
    raise exception 'an incident names an area, source, category or load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from core.incident_revision r where not exists (select from core.incident i where i.incident_id = r.incident_id))
     or exists (select from core.incident_revision r where r.load_id <> all (loads)) then
    raise exception 'a revision names an incident or a load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  alter table core.incident add constraint incident_pkey primary key (incident_id),
    add constraint incident_source_id_incident_code_key unique (source_id, incident_code);
  perform setval('core.incident_incident_id_seq', greatest((select max(incident_id) from core.incident), (select first_id from core.bulk_load)));
  create index incident_reported on core.incident (reported_at);
  create index incident_open on core.incident (reported_at) where closed_at is null or has_history;
  create index incident_closed on core.incident (closed_at);
  create index incident_community on core.incident (community_id, reported_at);
  create index incident_geom on core.incident using gist (geom);
  alter table core.incident enable trigger known_area_of_new;
  alter table core.incident_revision add constraint incident_revision_pkey primary key (incident_id, revision), enable trigger known_incident;
  delete from core.bulk_load;
end
$$;
revoke execute on function core.open_bulk(), core.empty_bulk() from public;
grant execute on function core.open_bulk(), core.empty_bulk() to cockpit_load;
