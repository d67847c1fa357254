-- The alarm of the wall: cases of emergency categories that nobody has come to yet, the teams near them, the ground around.
alter table core.category add column is_emergency boolean not null default false,
  add constraint category_emergency_is_public check (not (is_emergency and is_private));
comment on column core.category.is_emergency is 'whether a case that nobody has come to yet takes the screen of the wall; never a private category, which is not told singly';
insert into ops.column_class (table_name, column_name, class) values ('core.category', 'is_emergency', 'public');

-- By what a wall knows an alarm again: a digest of the case's id and of this, which no login reads; nothing else has that key.
create table ops.alarm_secret (
  is_only boolean primary key default true check (is_only),
  secret  uuid not null default gen_random_uuid()
);
comment on table ops.alarm_secret is 'one row, made once: what the keys of alarms are mixed with, so that none can be traced to a case; read by mart.alarm_case alone';
alter table ops.alarm_secret enable row level security;
insert into ops.alarm_secret default values;
insert into ops.column_class (table_name, column_name, class) values
  ('ops.alarm_secret', 'is_only', 'internal'), ('ops.alarm_secret', 'secret', 'sensitive');

create function mart.alarm_case(lasts interval)
  returns table (alarm text, category_zh text, category_en text, channel text, team text,
                 reported_at timestamptz, accepted_at timestamptz, dispatched_at timestamptz, arrived_at timestamptz, closed_at timestamptz,
                 tells_accepted boolean, tells_dispatched boolean, is_exact boolean,
                 street text, community text, grid text, microgrid text, grid_code text, lon float8, lat float8)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
  select substr(encode(sha256(convert_to(w.secret::text || ' ' || i.incident_id::text, 'UTF8')), 'hex'), 1, 20),
         k.name_zh, k.name_en, i.channel, i.agency_responsible, i.reported_at,
         case when i.accepted_at <= ops.clock() then i.accepted_at end,
         case when i.dispatched_at <= ops.clock() then i.dispatched_at end,
         case when i.arrived_at <= ops.clock() then i.arrived_at end,
         case when i.has_history then log.closed_at when i.closed_at <= ops.clock() then i.closed_at end,
         'accepted' = any (s.stages), 'dispatched' = any (s.stages), s.time_precision = 'second',
         street.name, community.name, grid.name, microgrid.name, grid.code, st_x(finest.label_point), st_y(finest.label_point)
  from core.incident i
  join core.source s using (source_id)
  join core.category k using (category_id)
  cross join ops.alarm_secret w
  left join lateral (
    select case when l.closed_at > coalesce(l.reopened_at, '-infinity') then l.closed_at end as closed_at
    from (
      select max(e.occurred_at) filter (where e.kind = 'closed') as closed_at,
             max(e.occurred_at) filter (where e.kind = 'reopened') as reopened_at
      from core.incident_event e
      where i.has_history and e.incident_id = i.incident_id and e.occurred_at <= ops.clock()
        and (e.actor is not null or e.revision = i.revision)
    ) l
  ) log on true
  left join core.area street on street.area_id = i.street_id
  left join core.area community on community.area_id = i.community_id
  left join core.area grid on grid.area_id = i.grid_id
  left join core.area microgrid on microgrid.area_id = i.microgrid_id
  left join core.area finest on finest.area_id = coalesce(i.microgrid_id, i.grid_id, i.community_id, i.street_id)
  where ops.viewer_may('page.wall') and k.is_emergency and not k.is_private
    and s.dataset = 'incidents' and 'arrived' = any (s.stages) and s.time_precision <> 'day'
    and (s.as_of is null or s.as_of >= ops.clock())
    and not i.is_void and not i.is_duplicate and not i.day_precision && array['reported_at', 'arrived_at']
    and i.reported_at > ops.clock() - least(lasts, interval '4 hours') and i.reported_at <= ops.clock()
    and (ops.viewer_level() = 'site'
         or i.street_id = any (ops.viewer_areas()) or i.community_id = any (ops.viewer_areas())
         or i.grid_id = any (ops.viewer_areas()) or i.microgrid_id = any (ops.viewer_areas()))
  order by i.reported_at, i.incident_id;
  end;
comment on function mart.alarm_case(interval) is 'one row is a case of an emergency category, reported less than lasts (at most 4 hours) before the clock, neither void nor duplicate; key alarm, which is in no other table. Times later than the clock are null; closed_at = closed and not reopened by then; lon, lat = label point (EPSG:4326) of the finest area, never the case''s own. Of sources that tell arrivals to the minute and up to the clock: an alarm must be able to end';

create function mart.alarm_team(lon float8, lat float8, day date, most int)
  returns table (code text, grid text, community text, lon float8, lat float8, distance_m float8,
                 grid_leader int, full_time int, part_time int, instructor int, other int)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
  select a.code, a.name, p.name, st_x(a.label_point), st_y(a.label_point),
         st_distance(a.label_point::geography, st_setsrid(st_point(lon, lat), 4326)::geography) as distance_m,
         posts.grid_leader, posts.full_time, posts.part_time, posts.instructor, posts.other
  from core.area a
  left join core.area p on p.area_id = a.parent_id
  join (
    select t.grid_id, coalesce(sum(t.headcount) filter (where t.role = 'grid_leader'), 0)::int as grid_leader,
           coalesce(sum(t.headcount) filter (where t.role = 'full_time'), 0)::int as full_time,
           coalesce(sum(t.headcount) filter (where t.role = 'part_time'), 0)::int as part_time,
           coalesce(sum(t.headcount) filter (where t.role = 'instructor'), 0)::int as instructor,
           coalesce(sum(t.headcount) filter (where t.role = 'other'), 0)::int as other
    from core.staff_post t
    group by t.grid_id
    having sum(t.headcount) > 0
  ) posts on posts.grid_id = a.area_id
  where ops.viewer_may('page.wall') and a.level = 'grid' and a.valid_from <= day and a.valid_to > day
    and (ops.viewer_level() = 'site' or a.area_id = any (ops.visible_areas()))
  order by distance_m, a.code collate "C"
  limit least(most, 10);
  end;
comment on function mart.alarm_team(float8, float8, date, int) is 'one row is a grid in force on the day that has people, the nearest first; key code. Headcounts by role of the "1+3+N" team (posts, no person); distance_m = metres on the ellipsoid from the place (EPSG:4326) to the grid''s label point';

create function mart.alarm_ground(lon float8, lat float8, reach_m float8, day date)
  returns table (kind text, name text, width_m real, label_lon float8, label_lat float8, shape bytea)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
  with around as materialized (
    select st_envelope(st_buffer(st_setsrid(st_point(lon, lat), 4326)::geography, least(reach_m, 3000))::geometry) as box
  )
  select a.level as kind, a.name, null::real as width_m, st_x(a.label_point) as label_lon, st_y(a.label_point) as label_lat,
         st_asbinary(st_clipbybox2d(a.geom, around.box)) as shape
  from core.area a, around
  where a.geom && around.box and a.valid_from <= day and a.valid_to > day and ops.viewer_may('page.wall')
    and (ops.viewer_level() = 'site' or a.area_id = any (ops.visible_areas()))
  union all
  select f.kind, f.name, f.width_m, null::float8 as label_lon, null::float8 as label_lat, st_asbinary(st_clipbybox2d(f.geom, around.box)) as shape
  from core.map_feature f, around
  where f.geom && around.box and f.kind in ('water', 'road', 'rail', 'park', 'block') and ops.viewer_may('page.wall');
  end;
comment on function mart.alarm_ground(float8, float8, float8, date) is 'one row is an area in force on the day (kind = its level, with its label point) or a shape of the basemap, the part of it in the box of reach_m (at most 3000) around the place; no key; WKB, EPSG:4326, width_m in metres';

create function mart.alarm_ground_version() returns bigint
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return (select greatest((select coalesce(max(load_id), 0) from core.area), (select coalesce(max(load_id), 0) from core.map_feature))
          where ops.viewer_may('page.wall'));
comment on function mart.alarm_ground_version() is 'the newest load that changed an area or a shape of the basemap (0: none), null without the right';

revoke execute on function mart.alarm_case(interval), mart.alarm_team(float8, float8, date, int),
  mart.alarm_ground(float8, float8, float8, date), mart.alarm_ground_version() from public;
grant execute on function mart.alarm_case(interval), mart.alarm_team(float8, float8, date, int),
  mart.alarm_ground(float8, float8, float8, date), mart.alarm_ground_version() to cockpit_wall;
