-- What all communities of one type count together is kept with a closed month, as what each of them counts.
alter table mart.tally drop constraint tally_level_check,
  add constraint tally_level_check check (level in ('site', 'street', 'community', 'community_type', 'grid'));
comment on table mart.tally is 'one row is one area (all its versions, code '''' = the whole), or all communities of the type `code` (level community_type), in a kept month; families: name of the family to [numerator, denominator, n, [[value_s, low_s, high_s] for the shares 0.5 and 0.9, or none], {reason: cases left out}]; is_loose = holds cases that lie outside what it nests in, whose viewers do not see them';

-- an area that becomes another type changes what its old and its new one count
drop trigger touched_by_change on core.area;
create or replace function mart.touch_area() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' or (new.parent_id, new.is_nested, new.community_type) is distinct from (old.parent_id, old.is_nested, old.community_type) then
    perform mart.touch_range(least(new.valid_from, case when tg_op = 'UPDATE' then old.valid_from end) - interval '1 day',
                             greatest(new.valid_to, case when tg_op = 'UPDATE' then old.valid_to end) + interval '1 day');
  else
    perform mart.touch_range(least(new.valid_from, old.valid_from) - interval '1 day', greatest(new.valid_from, old.valid_from) + interval '1 day')
      where new.valid_from <> old.valid_from;
    perform mart.touch_range(least(new.valid_to, old.valid_to) - interval '1 day', greatest(new.valid_to, old.valid_to) + interval '1 day')
      where new.valid_to <> old.valid_to;
  end if;
  return null;
end
$$;
create trigger touched_by_change after update on core.area for each row
  when (new.level <> 'microgrid' and (new.parent_id is distinct from old.parent_id or new.is_nested <> old.is_nested
        or new.community_type is distinct from old.community_type or new.valid_from <> old.valid_from or new.valid_to <> old.valid_to))
  execute function mart.touch_area();
alter table core.area enable always trigger touched_by_change;

-- months kept before know no types: they are counted anew
delete from mart.kept_month;

-- ---------------------------------------------------------------- cases open at a moment long ago
-- closed after it, and reported before it: both are said by the index, so that only these cases are read
drop index core.incident_closed;
create index incident_closed on core.incident (closed_at, reported_at);

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
  create index incident_closed on core.incident (closed_at, reported_at);
  create index incident_community on core.incident (community_id, reported_at);
  alter table core.incident_revision add constraint incident_revision_pkey primary key (incident_id, revision),
    enable trigger known_incident, enable trigger append_only, enable row level security;
  perform mart.touch_range('-infinity', 'infinity');
  delete from core.bulk_load;
end
$$;
