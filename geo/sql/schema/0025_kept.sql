-- Closed months as they were counted: what each family of marks counts in every area, and what makes a month out of date.
-- A month is current as long as nothing touched it since it was counted; a touch is written by whatever changes a case, in its transaction.

-- ---------------------------------------------------------------- what is kept
create table mart.kept_month (
  month        date primary key check (extract(day from month) = 1),
  zone         text not null,
  starts_at    timestamptz not null,
  closes_at    timestamptz not null,
  counted_at   timestamptz not null check (counted_at >= closes_at),
  holds_from   timestamptz not null check (holds_from >= closes_at and holds_from <= counted_at),
  holds_until  timestamptz not null check (holds_until > counted_at),
  renew_at     timestamptz not null,
  touch_id     bigint not null,
  data_version bigint not null,
  definitions  jsonb not null
);
comment on table mart.kept_month is 'one row is a closed month whose tallies are kept; counted_at = the clock they were counted at; they are the same at every clock from holds_from (the last stamp that counts) to before holds_until (the next one); renew_at = when what was left out will hold; touch_id = the last touch that they know; definitions = the hash of each family''s text';

create table mart.tally (
  month    date not null references mart.kept_month on delete cascade,
  level    text not null check (level in ('site', 'street', 'community', 'grid')),
  code     text collate "C" not null,
  area_ids int[] not null,
  is_loose boolean not null,
  families json not null,
  primary key (month, level, code)
);
comment on table mart.tally is 'one row is one area (all its versions, code '''' = the whole) in a kept month; families: name of the family to [numerator, denominator, n, [[value_s, low_s, high_s] for the shares 0.5 and 0.9, or none], {reason: cases left out}]; is_loose = holds cases that lie outside what it nests in, whose viewers do not see them';

create table mart.touch (
  touch_id bigint generated always as identity primary key,
  from_at  timestamptz not null,
  until_at timestamptz not null
);
comment on table mart.touch is 'one row is a change after which every month that begins by until_at and ends after from_at may count otherwise';

do $$
declare
  told text;
begin
  foreach told in array array['kept_month', 'tally', 'touch'] loop
    execute format('alter table mart.%I enable row level security', told);
    execute format('create policy loader on mart.%I for all to cockpit_load using (true) with check (true)', told);
    execute format('grant select, insert, delete on mart.%I to cockpit_load', told);
    execute format('grant select on mart.%I to cockpit_app', told);
  end loop;
end
$$;
create policy viewer_present on mart.touch for select to cockpit_app using ((select ops.viewer_level()) is not null);
-- a month that the viewer's clock has not closed does not exist, nor does what it knows from later stamps
create policy month_holds on mart.kept_month for select to cockpit_app using (
  (select ops.viewer_level()) is not null and holds_from <= (select ops.clock()) and holds_until > (select ops.clock()));
-- as on core.incident: whoever sees all cases of an area sees what they amount to
create policy viewer_scope on mart.tally for select to cockpit_app using (
  (select ops.viewer_may('rows.cases')) and month in (select m.month from mart.kept_month m)
  and ((select ops.viewer_level()) = 'site'
       or level <> 'site' and (area_ids <@ (select ops.viewer_areas())::int[] or not is_loose and area_ids <@ (select ops.visible_areas())::int[])));

-- ---------------------------------------------------------------- what touches a month
create function mart.touch_range(from_at timestamptz, until_at timestamptz) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select pg_advisory_xact_lock_shared(7240313); -- whoever keeps a month waits for the changes on their way
  insert into mart.touch (from_at, until_at) values (from_at, until_at);
$$;
comment on function mart.touch_range(timestamptz, timestamptz) is 'notes a change in the months from the one of from_at to the one of until_at';
revoke execute on function mart.touch_range(timestamptz, timestamptz) from public;

-- A case counts in the month it was reported in and the next one (surge compares), and as long as it is open; from 29 days before a
-- snapshot's end on it counts in all later months, since their E is that end. An hour covers days of 25 hours.
create function mart.counts_until(reported_at timestamptz, closed_at timestamptz, as_of timestamptz) returns timestamptz
  language sql stable parallel safe -- without settings of its own, so that it becomes part of the query
  return case when greatest(reported_at + interval '31 days', coalesce(closed_at, 'infinity')) + interval '1 hour' >= as_of - interval '29 days'
              then 'infinity' else greatest(reported_at + interval '31 days', coalesce(closed_at, 'infinity')) + interval '1 hour' end;

-- Changed cases, and the duplicates that name one of them as their original.
create function mart.touch_new() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform mart.touch_range(t.from_at, t.until_at)
  from (
    select min(i.reported_at) as from_at, max(mart.counts_until(i.reported_at, i.closed_at, s.as_of)) as until_at
    from (select source_id, reported_on, reported_at, closed_at from added
          union all
          select d.source_id, d.reported_on, d.reported_at, d.closed_at
          from added a join core.incident d on d.source_id = a.source_id and d.duplicate_of_code = a.incident_code) i
    join core.source s using (source_id)
    group by date_trunc('month', i.reported_on::timestamp)
  ) t;
  return null;
end
$$;
create function mart.touch_changed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform mart.touch_range(t.from_at, t.until_at)
  from (
    with changed as (
      select b.source_id, b.incident_code, b.reported_on, b.reported_at, b.closed_at,
             a.reported_on as new_on, a.reported_at as new_at, a.closed_at as new_closed
      from before b join added a using (incident_id)
      where (b.revision, b.street_id, b.community_id, b.grid_id, b.microgrid_id, b.has_history, b.closed_at, b.due_at, b.content_hash, b.status)
            is distinct from (a.revision, a.street_id, a.community_id, a.grid_id, a.microgrid_id, a.has_history, a.closed_at, a.due_at, a.content_hash, a.status)
    )
    select min(i.reported_at) as from_at, max(mart.counts_until(i.reported_at, i.closed_at, s.as_of)) as until_at
    from (select source_id, reported_on, reported_at, closed_at from changed
          union all
          select source_id, new_on, new_at, new_closed from changed
          union all
          select d.source_id, d.reported_on, d.reported_at, d.closed_at
          from changed c join core.incident d on d.source_id = c.source_id and d.duplicate_of_code = c.incident_code) i
    join core.source s using (source_id)
    group by date_trunc('month', i.reported_on::timestamp)
  ) t;
  return null;
end
$$;
create function mart.touch_of_events() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform mart.touch_range(t.from_at, t.until_at)
  from (
    select min(i.reported_at) as from_at,
           max(greatest(mart.counts_until(i.reported_at, i.closed_at, s.as_of), e.last_at)) as until_at
    from (select a.incident_id, max(a.occurred_at) as last_at from added a group by a.incident_id) e
    join core.incident i using (incident_id)
    join core.source s using (source_id)
    group by date_trunc('month', i.reported_on::timestamp)
  ) t;
  return null;
end
$$;
create trigger touched_by_new after insert on core.incident
  referencing new table as added for each statement execute function mart.touch_new();
create trigger touched_by_change after update on core.incident
  referencing old table as before new table as added for each statement execute function mart.touch_changed();
create trigger touched_by_events after insert on core.incident_event
  referencing new table as added for each statement execute function mart.touch_of_events();
-- an index for duplicates whose original comes later
create index incident_original on core.incident (source_id, duplicate_of_code) where duplicate_of_code is not null;

create function mart.touch_source() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if new.stages <> old.stages or new.time_precision <> old.time_precision or new.as_of is null and old.as_of is not null or new.as_of < old.as_of then
    perform mart.touch_range('-infinity', 'infinity');
  else -- a snapshot that ends later: months that it was too short for
    perform mart.touch_range(coalesce(old.as_of, '-infinity'), 'infinity');
  end if;
  return null;
end
$$;
create trigger touched after update on core.source for each row
  when (new.dataset = 'incidents' and (new.stages is distinct from old.stages or new.time_precision is distinct from old.time_precision
        or new.as_of is distinct from old.as_of))
  execute function mart.touch_source();

create function mart.touch_all() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform mart.touch_range('-infinity', 'infinity');
  return null;
end
$$;
create trigger touched after update on core.category for each row
  when (new.response_class <> old.response_class) execute function mart.touch_all();

-- What an area counts changes with the cases placed in it; here: that it exists, and what it nests in.
create function mart.touch_area() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' or (new.parent_id, new.is_nested) is distinct from (old.parent_id, old.is_nested) then
    perform mart.touch_range(new.valid_from - interval '1 day', new.valid_to + interval '1 day');
  else
    perform mart.touch_range(least(new.valid_from, old.valid_from) - interval '1 day', greatest(new.valid_from, old.valid_from) + interval '1 day')
      where new.valid_from <> old.valid_from;
    perform mart.touch_range(least(new.valid_to, old.valid_to) - interval '1 day', greatest(new.valid_to, old.valid_to) + interval '1 day')
      where new.valid_to <> old.valid_to;
  end if;
  return null;
end
$$;
create trigger touched_by_new after insert on core.area for each row when (new.level <> 'microgrid') execute function mart.touch_area();
create trigger touched_by_change after update on core.area for each row
  when (new.level <> 'microgrid' and (new.parent_id is distinct from old.parent_id or new.is_nested <> old.is_nested
        or new.valid_from <> old.valid_from or new.valid_to <> old.valid_to))
  execute function mart.touch_area();

-- however a case is written, its months are touched
alter table core.incident enable always trigger touched_by_new, enable always trigger touched_by_change;
alter table core.incident_event enable always trigger touched_by_events;
alter table core.source enable always trigger touched;
alter table core.category enable always trigger touched;
alter table core.area enable always trigger touched_by_new, enable always trigger touched_by_change;

-- ---------------------------------------------------------------- a first bulk load touches everything, once
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
    disable trigger known_area_of_new, disable trigger touched_by_new, disable trigger never_deleted, disable row level security;
  drop index core.incident_reported, core.incident_open, core.incident_closed, core.incident_community;
  alter table core.incident_revision drop constraint incident_revision_pkey,
    disable trigger known_incident, disable trigger append_only, disable row level security;
  truncate core.incident, core.incident_revision;
  opened := nextval('core.incident_incident_id_seq');
  insert into core.bulk_load (first_id) values (opened);
  return opened;
end
$$;

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
    enable trigger known_area_of_new, enable always trigger touched_by_new, enable trigger never_deleted, enable row level security;
  perform setval('core.incident_incident_id_seq', greatest((select max(incident_id) from core.incident), (select first_id from core.bulk_load)));
  create index incident_reported on core.incident (reported_at);
  create index incident_open on core.incident (reported_at) where closed_at is null or has_history;
  create index incident_closed on core.incident (closed_at);
  create index incident_community on core.incident (community_id, reported_at);
  alter table core.incident_revision add constraint incident_revision_pkey primary key (incident_id, revision),
    enable trigger known_incident, enable trigger append_only, enable row level security;
  perform mart.touch_range('-infinity', 'infinity');
  delete from core.bulk_load;
end
$$;

insert into ops.column_class (table_name, column_name, class)
select format('mart.%s', c.relname), a.attname, 'internal'
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.oid in ('mart.kept_month'::regclass, 'mart.tally'::regclass, 'mart.touch'::regclass) and a.attnum > 0 and not a.attisdropped;
