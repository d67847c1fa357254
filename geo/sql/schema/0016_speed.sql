-- What one row of a feed says of its incident is one row here, not one a stage. core.incident_log tells both this table and
-- core.incident_event (officers, units, and what was loaded before this revision) as events.
create table core.incident_revision (
  incident_id       bigint not null,
  revision          smallint not null default 1,
  load_id           int not null,
  recorded_at       timestamptz not null,
  reported_at       timestamptz not null,
  registered_at     timestamptz,
  accepted_at       timestamptz,
  dispatched_at     timestamptz,
  arrived_at        timestamptz,
  handled_at        timestamptz,
  first_closed_at   timestamptz,
  reopened_at       timestamptz,
  closed_at         timestamptz,
  followed_up_at    timestamptz,
  suspended_at      timestamptz,
  resumed_at        timestamptz,
  extended_to       timestamptz,
  was_due_at        timestamptz,
  is_void           boolean not null default false,
  is_duplicate      boolean not null default false,
  duplicate_of_code text collate "C",
  constraint incident_revision_pkey primary key (incident_id, revision)
);
comment on table core.incident_revision is 'append-only. one row is what a feed''s row said of one incident at one revision: its stamps as sent';
comment on column core.incident_revision.was_due_at is 'the deadline that an extension replaced; null where nothing was extended';

-- A source that tells that something happened but not when (extension, voiding, duplicate) gets the latest moment by which it must
-- have been so for every figure (the report; for a voiding the close), and payload.is_moment_known = false.
create function core.told_events(r core.incident_revision)
  returns table (event_id bigint, kind core.event_kind, occurred_at timestamptz, payload jsonb)
  language sql stable parallel safe
begin atomic
  select r.revision * 16::bigint + e.place, e.kind, e.at, e.payload
  from (values
    (1, 'reported'::core.event_kind, r.reported_at, null::jsonb),
    (2, 'registered', r.registered_at, null),
    (3, 'accepted', r.accepted_at, null),
    (4, 'dispatched', r.dispatched_at, null),
    (5, 'arrived', r.arrived_at, null),
    (6, 'handled', r.handled_at, null),
    (7, 'closed', r.first_closed_at, null),
    (8, 'reopened', r.reopened_at, null),
    (9, 'closed', r.closed_at, null),
    (10, 'called_back', r.followed_up_at, null),
    (11, 'suspended', r.suspended_at, null),
    (12, 'resumed', r.resumed_at, null),
    (13, 'extended', case when r.extended_to is not null then r.reported_at end,
     case when r.extended_to is not null
          then jsonb_build_object('due_at', r.extended_to, 'was_due_at', r.was_due_at, 'is_moment_known', false) end),
    (14, 'voided', case when r.is_void then coalesce(r.closed_at, r.reported_at) end, '{"is_moment_known": false}'),
    (15, 'duplicate_of', case when r.is_duplicate then r.reported_at end,
     case when r.is_duplicate then jsonb_build_object('incident_code', r.duplicate_of_code, 'is_moment_known', false) end)
  ) e (place, kind, at, payload)
  where e.at is not null;
end;
comment on function core.told_events(core.incident_revision) is 'one row is one event that a feed''s row tells; event_id: unique within the incident, in the order of the stages';

create view core.incident_log with (security_invoker) as
  select e.event_id + (1 << 20) as event_id, e.incident_id, e.kind, e.occurred_at, e.recorded_at, e.revision, e.load_id, e.actor, e.payload
  from core.incident_event e
  union all
  select t.event_id, r.incident_id, t.kind, t.occurred_at, r.recorded_at, r.revision, r.load_id, null, t.payload
  from core.incident_revision r cross join lateral core.told_events(r) t;
comment on view core.incident_log is 'one row is one event of an incident, from whichever table; key (incident_id, event_id); who reads it sees what the tables show him. Of a feed''s events those of the highest revision known count, officers'' (actor) always do';

create function core.refuse_stray_revisions() returns trigger language plpgsql as $$
begin
  if exists (select from added r where not exists (select from core.incident i where i.incident_id = r.incident_id))
     or exists (select from (select distinct load_id from added) r
                where not exists (select from ops.load l where l.load_id = r.load_id)) then
    raise exception 'a revision names an incident or a load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
create trigger known_incident after insert on core.incident_revision
  referencing new table as added for each statement execute function core.refuse_stray_revisions();
create trigger append_only before update or delete or truncate on core.incident_revision for each statement execute function ops.refuse_change();

alter table core.incident_revision enable row level security;
create policy viewer_scope on core.incident_revision for select to cockpit_app
  using (exists (select from core.incident i where i.incident_id = incident_revision.incident_id));
create policy loader on core.incident_revision for all to cockpit_load using (true) with check (true);
grant select on core.incident_revision, core.incident_log to cockpit_app;
grant select, insert on core.incident_revision to cockpit_load;
grant select on core.incident_log to cockpit_load;

insert into ops.column_class (table_name, column_name, class)
select 'core.incident_revision', a.attname, 'internal'
from pg_attribute a
where a.attrelid = 'core.incident_revision'::regclass and a.attnum > 0 and not a.attisdropped;

-- The wall's view runs with its owner's rights, so it reads the tables, not the view that asks for the reader's.
create or replace view mart.open_base as
select i.category_id, k.is_private, k.response_class, i.channel, i.agency_responsible, i.street_id, i.community_id, i.grid_id,
       i.reported_at,
       case when i.accepted_at < m.moment then i.accepted_at end as accepted_at,
       case when i.dispatched_at < m.moment then i.dispatched_at end as dispatched_at,
       case when i.arrived_at < m.moment then i.arrived_at end as arrived_at,
       case when i.handled_at < m.moment then i.handled_at end as handled_at,
       d.due_at, coalesce(d.due_at < m.moment or d.is_by_day and d.due_at = m.moment, false) as is_due,
       i.has_history and coalesce(log.is_suspended, false) as is_suspended
from core.incident i
join core.source s using (source_id)
join core.category k using (category_id)
cross join lateral (select least(ops.clock(), s.as_of) as moment) m
left join lateral (
  select l.closed_at > coalesce(l.reopened_at, '-infinity') or l.closed_at = l.reopened_at and l.closes > l.reopens as is_closed,
         coalesce(l.suspended_at > coalesce(l.resumed_at, '-infinity'), false) as is_suspended,
         coalesce(l.due_by_e, l.due_before_later) as due_at
  from (
    select max(e.occurred_at) filter (where e.kind = 'closed' and e.occurred_at < m.moment) as closed_at,
           max(e.occurred_at) filter (where e.kind = 'reopened' and e.occurred_at < m.moment) as reopened_at,
           count(*) filter (where e.kind = 'closed' and e.occurred_at < m.moment) as closes,
           count(*) filter (where e.kind = 'reopened' and e.occurred_at < m.moment) as reopens,
           max(e.occurred_at) filter (where e.kind = 'suspended' and e.occurred_at < m.moment) as suspended_at,
           max(e.occurred_at) filter (where e.kind = 'resumed' and e.occurred_at < m.moment) as resumed_at,
           (array_agg((e.payload ->> 'due_at')::timestamptz order by e.occurred_at desc, e.event_id desc)
             filter (where e.payload ->> 'due_at' is not null and e.occurred_at < m.moment))[1] as due_by_e,
           (array_agg((e.payload ->> 'was_due_at')::timestamptz order by e.occurred_at, e.event_id)
             filter (where e.kind = 'extended' and e.occurred_at >= m.moment))[1] as due_before_later
    from (
      select o.event_id + (1 << 20) as event_id, o.kind, o.occurred_at, o.payload
      from core.incident_event o
      where o.incident_id = i.incident_id and (o.actor is not null or o.revision = i.revision)
      union all
      select t.event_id, t.kind, t.occurred_at, t.payload
      from core.incident_revision r cross join lateral core.told_events(r) t
      where r.incident_id = i.incident_id and r.revision = i.revision
    ) e
    where i.has_history
  ) l
) log on true
cross join lateral (
  select coalesce(log.due_at, i.due_at) + case when 'due_at' = any (i.day_precision) then interval '1 day' else interval '0' end as due_at,
         'due_at' = any (i.day_precision) as is_by_day
) d
where (select ops.viewer_may('page.wall')) and s.dataset = 'incidents' and 'closed' = any (s.stages)
  and not i.is_void and not i.is_duplicate
  and i.reported_at < m.moment and (i.closed_at is null or i.closed_at >= m.moment)
  and not (i.has_history and coalesce(log.is_closed, false))
  and ((select ops.viewer_level()) = 'site'
       or i.street_id = any ((select ops.viewer_areas())::int[]) or i.community_id = any ((select ops.viewer_areas())::int[])
       or i.grid_id = any ((select ops.viewer_areas())::int[]) or i.microgrid_id = any ((select ops.viewer_areas())::int[]));

-- ---------------------------------------------------------------- a first bulk load
-- Into an empty table rows go fastest without indexes, which are made afterwards, with all references checked in one pass. The load
-- login owns no table, so its owner opens and closes; what was opened must be closed, or the transaction cannot commit. Readers wait in between.
create table core.bulk_load (
  is_only  boolean primary key default true check (is_only),
  first_id bigint not null
);
comment on table core.bulk_load is 'one row while the transaction that wrote it fills core.incident without indexes; no row is ever committed';
create function core.refuse_open_bulk() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from core.bulk_load) then
    raise exception 'a bulk load was opened and not closed' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;
create constraint trigger closed_at_commit after insert on core.bulk_load deferrable initially deferred
  for each row execute function core.refuse_open_bulk();
insert into ops.column_class (table_name, column_name, class) values
  ('core.bulk_load', 'is_only', 'internal'), ('core.bulk_load', 'first_id', 'internal');

create function core.open_bulk(row_count int) returns bigint
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
  perform setval('core.incident_incident_id_seq', opened + row_count);
  insert into core.bulk_load (first_id) values (opened);
  return opened;
end
$$;
comment on function core.open_bulk(int) is 'takes the indexes off the empty incident tables and returns the first of row_count + 1 reserved incident ids; core.close_bulk puts them back in the same transaction';

create function core.close_bulk() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- for the rest of the transaction: room for the indexes, and no plan that looks up row by row where there is no index yet
  perform set_config('maintenance_work_mem', '256MB', true), set_config('enable_nestloop', 'off', true);
  if exists (select from (select distinct source_id, category_id, load_id, street_id, community_id, grid_id, microgrid_id from core.incident) told
             where not exists (select from core.source s where s.source_id = told.source_id)
                or not exists (select from core.category c where c.category_id = told.category_id)
                or not exists (select from ops.load l where l.load_id = told.load_id)
                or told.street_id is not null and not exists (select from core.area a where a.area_id = told.street_id)
                or told.community_id is not null and not exists (select from core.area a where a.area_id = told.community_id)
                or told.grid_id is not null and not exists (select from core.area a where a.area_id = told.grid_id)
                or told.microgrid_id is not null and not exists (select from core.area a where a.area_id = told.microgrid_id)) then
    raise exception 'an incident names an area, source, category or load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  if exists (select from core.incident_revision r where not exists (select from core.incident i where i.incident_id = r.incident_id))
     or exists (select from (select distinct load_id from core.incident_revision) r where not exists (select from ops.load l where l.load_id = r.load_id)) then
    raise exception 'a revision names an incident or a load that does not exist' using errcode = 'foreign_key_violation';
  end if;
  alter table core.incident add constraint incident_pkey primary key (incident_id),
    add constraint incident_source_id_incident_code_key unique (source_id, incident_code);
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
comment on function core.close_bulk() is 'puts back what core.open_bulk took off, after checking all references of the tables in one pass';
revoke execute on function core.open_bulk(int), core.close_bulk(), core.refuse_stray_revisions(), core.refuse_open_bulk() from public;
grant execute on function core.open_bulk(int), core.close_bulk() to cockpit_load;

-- ---------------------------------------------------------------- statistics
-- Only of the tables that a load of the dataset fills, and only when a tenth of one is new: a batch need not wait for the rest.
create function ops.refresh_statistics(of_dataset text, changed int) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  filled regclass;
begin
  foreach filled in array case of_dataset
      when 'incidents' then '{core.incident,core.incident_revision,core.incident_event,core.incident_unit,core.category}'
      when 'boundaries' then '{core.area,core.incident,core.service_point,core.household_site,core.ledger_entry}'
      when 'service-points' then '{core.service_point}'
      when 'residents' then '{core.household_site}'
      when 'households' then '{core.household_site}'
      when 'funds' then '{core.ledger_entry}'
      when 'layers' then '{core.map_feature}'
      else '{}' end::regclass[] loop
    if changed * 10.0 >= (select c.reltuples from pg_class c where c.oid = filled) then
      execute format('analyze %s', filled);
    end if;
  end loop;
end
$$;
comment on function ops.refresh_statistics(text, int) is 'makes the planner''s statistics anew where a load of the dataset changed at least a tenth of a table''s rows';
revoke execute on function ops.refresh_statistics(text, int) from public;
grant execute on function ops.refresh_statistics(text, int) to cockpit_load;

-- Columns that no plan depends on cost time in every analyse and tell the planner nothing.
do $$
declare
  skipped text;
begin
  foreach skipped in array array['channel', 'agency_responsible', 'raw_geom', 'placed_by', 'declared_area_code', 'registered_at', 'accepted_at',
      'dispatched_at', 'arrived_at', 'handled_at', 'followed_up_at', 'day_precision', 'content_hash', 'revision'] loop
    execute format('alter table core.incident alter column %I set statistics 0', skipped);
  end loop;
  for skipped in select attname from pg_attribute where attrelid = 'core.incident_revision'::regclass and attnum > 0
                 and attname not in ('incident_id', 'revision', 'load_id', 'is_void', 'is_duplicate') loop
    execute format('alter table core.incident_revision alter column %I set statistics 0', skipped);
  end loop;
end
$$;
