-- What leaves the scope: closed months that every signed-in role may compare, and what the wall's login may see.
-- Small counts of private categories are merged before they are written here (geo/small_cells.py) or counted by these views.

-- ---------------------------------------------------------------- closed months
create table mart.published_month (
  month        date primary key check (extract(day from month) = 1),
  closes_at    timestamptz not null,
  known_at     timestamptz not null check (known_at >= closes_at),
  load_id      int not null,
  data_version bigint not null,
  definitions  text[] not null
);
comment on table mart.published_month is 'one row is a closed month whose figures are published; closes_at = its end in the site''s time zone, known_at = the clock they were counted at, load_id = the last load they know of, definitions = slug and definition of each figure';

create table mart.published_area (
  month       date not null references mart.published_month on delete cascade,
  level       text not null check (level in ('street', 'community')),
  code        text collate "C" not null,
  name        text not null,
  parent_code text collate "C",
  households  int check (households >= 5),
  primary key (month, level, code)
);
comment on table mart.published_area is 'one row is an area of a published month; parent_code = the street that holds a community, households = their number when it was published, null where it is not known or under 5';

create table mart.published (
  month        date not null,
  level        text not null,
  code         text collate "C" not null,
  name         text not null,
  kpi          text collate "C" not null,
  value        double precision,
  numerator    int,
  denominator  int,
  n            int,
  quantile_s   int,
  excluded     jsonb not null default '{}',
  note         text check (note in ('no-data', 'too-few')),
  as_of        timestamptz not null,
  data_version bigint not null,
  definition   text not null,
  primary key (month, level, code, kpi),
  foreign key (month, level, code) references mart.published_area on delete cascade
);
comment on table mart.published is 'one row is one figure of one area in one closed month, exactly as `cockpit kpi` counts it for the whole site''s reader; value as a count, a ratio of 0 to 1 or whole seconds, null with a note; quantile_s = the seconds of a quantile';

create table mart.published_count (
  month     date not null,
  level     text not null,
  code      text collate "C" not null,
  category  text collate "C" not null,
  n         int check (n >= 0),
  is_merged boolean not null,
  primary key (month, level, code, category),
  foreign key (month, level, code) references mart.published_area on delete cascade,
  check (is_merged = (n is null))
);
comment on table mart.published_count is 'one row is the number of incidents of one category in one area and closed month; merged: not told, because it or one beside it is a small count of a private category. What an area merges is its incidents minus what is told, as one number';

do $$
declare
  told text;
begin
  foreach told in array array['published_month', 'published_area', 'published', 'published_count'] loop
    execute format('alter table mart.%I enable row level security', told);
    execute format('create policy loader on mart.%I for all to cockpit_load using (true) with check (true)', told);
    execute format('grant select, insert, delete on mart.%I to cockpit_load', told);
    execute format('grant select on mart.%I to cockpit_app, cockpit_wall', told);
    if told <> 'published_month' then
      execute format('create policy month_closed on mart.%I for select to cockpit_app, cockpit_wall
                        using (month in (select m.month from mart.published_month m))', told);
    end if;
  end loop;
end
$$;
-- a month that ends after the viewer's clock does not exist, nor does what was known of it only later
create policy month_closed on mart.published_month for select to cockpit_app, cockpit_wall using (
  (select ops.viewer_level()) is not null and closes_at <= (select ops.clock()) and known_at <= (select ops.clock()));

-- ---------------------------------------------------------------- the wall: open cases without text, person or point
-- Granted to nobody: what the two views below are made of. The same rule as the figure backlog (geo/sql/kpi).
create view mart.open_base as
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
    from core.incident_event e
    where i.has_history and e.incident_id = i.incident_id and (e.actor is not null or e.revision = i.revision)
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

create view mart.open_case with (security_barrier) as
select o.response_class, o.channel,
       case when o.is_due then 'orange'
            when not o.is_suspended and o.due_at < ops.clock() + interval '1 hour' then 'yellow' end as level,
       case when o.handled_at is not null then 'handled' when o.arrived_at is not null then 'arrived'
            when o.dispatched_at is not null then 'dispatched' when o.accepted_at is not null then 'accepted'
            else 'reported' end as stage,
       o.reported_at, o.accepted_at, o.dispatched_at, o.arrived_at, o.handled_at, o.due_at, o.is_due, o.is_suspended,
       o.agency_responsible as team,
       street.code as street_code, community.code as community_code, community.name as community,
       finest.name as finest, st_x(finest.label_point) as lon, st_y(finest.label_point) as lat
from mart.open_base o
left join core.area street on street.area_id = o.street_id
left join core.area community on community.area_id = o.community_id
left join core.area finest on finest.area_id = coalesce(o.grid_id, o.community_id, o.street_id)
where not o.is_private;
comment on view mart.open_case is 'one row is one open case at the clock, private categories left out: class, channel, level (orange = overdue, yellow = due within the hour), stage and its times, team, and the label point (EPSG:4326) of the finest area; never a case''s own point, code, text or person';

create view mart.open_count with (security_barrier) as
select 'site' as level, '' as code, count(*) filter (where not o.is_private)::int as n_open,
       count(*) filter (where o.is_due and not o.is_private)::int as n_overdue,
       case when count(*) filter (where o.is_private) >= 5 then count(*) filter (where o.is_private)::int end as n_private
from mart.open_base o
having (select ops.viewer_may('page.wall'))
union all
select a.level, a.code, count(*)::int, count(*) filter (where o.is_due)::int, null
from mart.open_base o
cross join lateral (values (o.street_id), (o.community_id), (o.grid_id)) placed (area_id)
join core.area a on a.area_id = placed.area_id
where not o.is_private
group by a.level, a.code;
comment on view mart.open_count is 'one row is an area (level, code; site and '''' = all that the viewer sees) with its open and overdue cases at the clock. Cases of private categories are in none of these; n_private = their number in all that the viewer sees, from 5 on, told for no area below, so that no difference gives a smaller one away';

create view mart.wall_area with (security_barrier) as
select a.level, a.code, a.name, p.code as parent_code, st_x(a.label_point) as lon, st_y(a.label_point) as lat, a.valid_from, a.valid_to
from core.area a
left join core.area p on p.area_id = a.parent_id
where a.level in ('street', 'community', 'grid') and (select ops.viewer_may('page.wall'))
  and ((select ops.viewer_level()) = 'site' or a.area_id = any ((select ops.visible_areas())::int[]));
comment on view mart.wall_area is 'one row is one version of a street, community or grid that the wall may name, with its label point (EPSG:4326)';

-- The wall's share on scene: counted like onscene_within_10min of the urgent classes; under 10 arrivals no numerator is told.
create function mart.wall_promise(starts timestamptz, ends timestamptz)
  returns table (numerator int, denominator int, has_deadlines boolean, is_covered boolean)
  language sql stable security definer set search_path = pg_catalog
  begin atomic
  select case when count(*) filter (where c.is_in) >= 10 then (count(*) filter (where c.is_in and c.elapsed_s <= 600))::int end,
         (count(*) filter (where c.is_in))::int,
         exists (select from core.incident i where i.due_at is not null),
         exists (select from core.source s where s.dataset = 'incidents' and 'arrived' = any (s.stages) and s.time_precision <> 'day')
  from (
    select i.arrived_at <= ops.clock() and i.arrived_at >= i.reported_at
             and not i.day_precision && array['reported_at', 'arrived_at'] as is_in,
           floor(extract(epoch from i.arrived_at - i.reported_at)) as elapsed_s
    from core.incident i join core.source s using (source_id) join core.category k using (category_id)
    where s.time_precision <> 'day' and 'arrived' = any (s.stages) and k.response_class = 'urgent'
      and i.reported_at >= starts and i.reported_at < ends and i.reported_at <= ops.clock() and not i.is_void and not i.is_duplicate
      and (ops.viewer_level() = 'site'
           or i.street_id = any (ops.viewer_areas()) or i.community_id = any (ops.viewer_areas())
           or i.grid_id = any (ops.viewer_areas()) or i.microgrid_id = any (ops.viewer_areas()))
  ) c
  having ops.viewer_may('page.wall');
  end;
comment on function mart.wall_promise(timestamptz, timestamptz) is 'one row, none without the right: urgent cases reported in [starts, ends) that somebody came to (denominator) and within 600 s of the report (numerator, null under 10); whether any case has a deadline, whether any source tells of arrivals';
revoke execute on function mart.wall_promise(timestamptz, timestamptz) from public;
grant execute on function mart.wall_promise(timestamptz, timestamptz) to cockpit_wall;

grant select on mart.open_case, mart.open_count, mart.wall_area to cockpit_wall;

insert into ops.column_class (table_name, column_name, class)
select format('mart.%s', c.relname), a.attname, 'internal'
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = 'mart' and a.attnum > 0 and not a.attisdropped;
