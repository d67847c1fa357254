-- What the wall's scene of this moment shows beside the open cases: reports by area and stretch of time, how many were open at
-- earlier moments, the shares on scene of earlier days, the last stages, and the shapes of its map. All of it for the right
-- page.wall, in the viewer's scope, up to the clock; private categories as in mart.open_count.

-- ---------------------------------------------------------------- what is open, from two ranges of indexes
-- Before, every case ever reported was read to find those that are open. A bulk load leaves this index in place: few cases are in it.
create index incident_unclosed on core.incident (reported_at) where closed_at is null and not is_void and not is_duplicate;

-- One moment and one source at a time, each planned with its values: of ends that are unknown the planner takes a third of all cases.
create function mart.open_at(moments timestamptz[])
  returns table (moment_no int, category_id int, is_private boolean, response_class text, channel text, agency_responsible text,
                 street_id int, community_id int, grid_id int, reported_at timestamptz, accepted_at timestamptz, dispatched_at timestamptz,
                 arrived_at timestamptz, handled_at timestamptz, due_at timestamptz, is_due boolean, is_suspended boolean)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  asked record;
begin
  if not ops.viewer_may('page.wall') then
    return;
  end if;
  for asked in
    select m.moment_no::int as no, s.source_id, least(m.moment, ops.clock(), s.as_of) as moment
    from unnest(moments) with ordinality m (moment, moment_no) cross join core.source s
    where s.dataset = 'incidents' and 'closed' = any (s.stages)
  loop
    return query
    select asked.no, i.category_id, k.is_private, k.response_class, i.channel, i.agency_responsible, i.street_id, i.community_id, i.grid_id,
           i.reported_at,
           case when i.accepted_at < asked.moment then i.accepted_at end, case when i.dispatched_at < asked.moment then i.dispatched_at end,
           case when i.arrived_at < asked.moment then i.arrived_at end, case when i.handled_at < asked.moment then i.handled_at end,
           d.due_at, coalesce(d.due_at < asked.moment or d.is_by_day and d.due_at = asked.moment, false),
           i.has_history and coalesce(log.is_suspended, false)
    from (
      select o.* from core.incident o
      where o.closed_at is null and not o.is_void and not o.is_duplicate and o.reported_at < asked.moment and o.source_id = asked.source_id
      union all
      select o.* from core.incident o
      where o.closed_at >= asked.moment and not o.is_void and not o.is_duplicate and o.reported_at < asked.moment and o.source_id = asked.source_id
    ) i
    join core.category k using (category_id)
    left join lateral (
      select l.closed_at > coalesce(l.reopened_at, '-infinity') or l.closed_at = l.reopened_at and l.closes > l.reopens as is_closed,
             coalesce(l.suspended_at > coalesce(l.resumed_at, '-infinity'), false) as is_suspended,
             coalesce(l.due_by_e, l.due_before_later) as due_at
      from (select where i.has_history offset 0) asked_of -- nearly all cases have none: the aggregate is not even begun then
      cross join lateral (
        select max(e.occurred_at) filter (where e.kind = 'closed' and e.occurred_at < asked.moment) as closed_at,
               max(e.occurred_at) filter (where e.kind = 'reopened' and e.occurred_at < asked.moment) as reopened_at,
               count(*) filter (where e.kind = 'closed' and e.occurred_at < asked.moment) as closes,
               count(*) filter (where e.kind = 'reopened' and e.occurred_at < asked.moment) as reopens,
               max(e.occurred_at) filter (where e.kind = 'suspended' and e.occurred_at < asked.moment) as suspended_at,
               max(e.occurred_at) filter (where e.kind = 'resumed' and e.occurred_at < asked.moment) as resumed_at,
               (array_agg((e.payload ->> 'due_at')::timestamptz order by e.occurred_at desc, e.event_id desc)
                 filter (where e.payload ->> 'due_at' is not null and e.occurred_at < asked.moment))[1] as due_by_e,
               (array_agg((e.payload ->> 'was_due_at')::timestamptz order by e.occurred_at, e.event_id)
                 filter (where e.kind = 'extended' and e.occurred_at >= asked.moment))[1] as due_before_later
        from core.incident_log e
        where e.incident_id = i.incident_id and (e.actor is not null or e.revision = i.revision)
      ) l
    ) log on true
    cross join lateral (
      select coalesce(log.due_at, i.due_at) + case when 'due_at' = any (i.day_precision) then interval '1 day' else interval '0' end as due_at,
             'due_at' = any (i.day_precision) as is_by_day
    ) d
    where not (i.has_history and coalesce(log.is_closed, false))
      and ((select ops.viewer_level()) = 'site'
           or i.street_id = any ((select ops.viewer_areas())::int[]) or i.community_id = any ((select ops.viewer_areas())::int[])
           or i.grid_id = any ((select ops.viewer_areas())::int[]) or i.microgrid_id = any ((select ops.viewer_areas())::int[]));
  end loop;
end
$$;
comment on function mart.open_at(timestamptz[]) is 'one row is one case open at one of the moments (numbered from 1), by the rule of the figure backlog; granted to nobody: what the wall''s views and counts are made of';
revoke execute on function mart.open_at(timestamptz[]) from public;

-- A view runs its functions with the rights of who asks, so what hides the private ones is a function of the owner, too.
create function mart.wall_cases()
  returns table (response_class text, channel text, level text, stage text, reported_at timestamptz, accepted_at timestamptz,
                 dispatched_at timestamptz, arrived_at timestamptz, handled_at timestamptz, due_at timestamptz, is_due boolean,
                 is_suspended boolean, team text, street_code text, community_code text, community text, finest text,
                 lon double precision, lat double precision)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select o.response_class, o.channel,
         case when o.is_due then 'orange'
              when not o.is_suspended and o.due_at < ops.clock() + interval '1 hour' then 'yellow' end,
         case when o.handled_at is not null then 'handled' when o.arrived_at is not null then 'arrived'
              when o.dispatched_at is not null then 'dispatched' when o.accepted_at is not null then 'accepted'
              else 'reported' end,
         o.reported_at, o.accepted_at, o.dispatched_at, o.arrived_at, o.handled_at, o.due_at, o.is_due, o.is_suspended,
         o.agency_responsible, street.code, community.code, community.name, finest.name,
         public.st_x(finest.label_point), public.st_y(finest.label_point)
  from mart.open_at(array[ops.clock()]) o
  left join core.area street on street.area_id = o.street_id
  left join core.area community on community.area_id = o.community_id
  left join core.area finest on finest.area_id = coalesce(o.grid_id, o.community_id, o.street_id)
  where not o.is_private;
end;
comment on function mart.wall_cases() is 'the rows of mart.open_case';

create function mart.wall_counts() returns table (level text, code text, n_open int, n_overdue int, n_private int)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  with counted as materialized (
    select o.street_id, o.community_id, o.grid_id, o.is_private, count(*) as n, count(*) filter (where o.is_due) as n_due
    from mart.open_at(array[ops.clock()]) o
    group by 1, 2, 3, 4
  )
  select 'site' as level, '' as code, coalesce(sum(c.n) filter (where not c.is_private), 0)::int as n_open,
         coalesce(sum(c.n_due) filter (where not c.is_private), 0)::int as n_overdue,
         case when sum(c.n) filter (where c.is_private) >= 5 then sum(c.n) filter (where c.is_private)::int end as n_private
  from counted c
  having (select ops.viewer_may('page.wall'))
  union all
  select a.level, a.code, sum(c.n)::int as n_open, sum(c.n_due)::int as n_overdue, null as n_private
  from counted c
  cross join lateral (values (c.street_id), (c.community_id), (c.grid_id)) placed (area_id)
  join core.area a on a.area_id = placed.area_id
  where not c.is_private
  group by a.level, a.code;
end;
comment on function mart.wall_counts() is 'the rows of mart.open_count';

drop view mart.open_case, mart.open_count, mart.open_base;
create view mart.open_case with (security_barrier) as
select response_class, channel, level, stage, reported_at, accepted_at, dispatched_at, arrived_at, handled_at, due_at, is_due,
       is_suspended, team, street_code, community_code, community, finest, lon, lat
from mart.wall_cases();
create view mart.open_count with (security_barrier) as
select level, code, n_open, n_overdue, n_private from mart.wall_counts();
comment on view mart.open_case is 'one row is one open case at the clock, private categories left out: class, channel, level (orange = overdue, yellow = due within the hour), stage and its times, team, and the label point (EPSG:4326) of the finest area; never a case''s own point, code, text or person';
comment on view mart.open_count is 'one row is an area (level, code; site and '''' = all that the viewer sees) with its open and overdue cases at the clock. Cases of private categories are in none of these; n_private = their number in all that the viewer sees, from 5 on, told for no area below, so that no difference gives a smaller one away';

create function mart.wall_open(moments timestamptz[]) returns table (moment_no int, n_open int, n_overdue int, n_private int)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select m.moment_no::int, count(o.moment_no) filter (where not o.is_private)::int,
         count(o.moment_no) filter (where o.is_due and not o.is_private)::int,
         case when count(o.moment_no) filter (where o.is_private) >= 5 then count(o.moment_no) filter (where o.is_private)::int end
  from unnest(moments) with ordinality m (moment, moment_no)
  left join mart.open_at(moments) o on o.moment_no = m.moment_no
  where (select ops.viewer_may('page.wall'))
  group by m.moment_no;
end;
comment on function mart.wall_open(timestamptz[]) is 'one row is a moment (numbered from 1) up to the clock; open and overdue cases at it without private categories, and the number of those from 5 on';

-- ---------------------------------------------------------------- reports
create function mart.wall_reported(starts timestamptz[], ends timestamptz[])
  returns table (window_no int, level text, code text, n int, n_private int)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  with counted as materialized (
    select w.window_no::int as window_no, i.street_id, i.community_id, i.grid_id, k.is_private, count(*)::int as n
    from unnest(starts, ends) with ordinality w (starts, ends, window_no)
    cross join lateral (
      select c.* from core.incident c
      where c.reported_at >= w.starts and c.reported_at < w.ends and c.reported_at <= ops.clock() and not c.is_void and not c.is_duplicate
      offset 0
    ) i
    join core.source s using (source_id)
    join core.category k using (category_id)
    where s.dataset = 'incidents' and (select ops.viewer_may('page.wall'))
      and ((select ops.viewer_level()) = 'site'
           or i.street_id = any ((select ops.viewer_areas())::int[]) or i.community_id = any ((select ops.viewer_areas())::int[])
           or i.grid_id = any ((select ops.viewer_areas())::int[]) or i.microgrid_id = any ((select ops.viewer_areas())::int[]))
    group by 1, 2, 3, 4, 5
  )
  select c.window_no, 'site' as level, '' as code, coalesce(sum(c.n) filter (where not c.is_private), 0)::int as n,
         case when sum(c.n) filter (where c.is_private) >= 5 then sum(c.n) filter (where c.is_private)::int end as n_private
  from counted c
  group by c.window_no
  union all
  select c.window_no, a.level, a.code, sum(c.n)::int as n, null as n_private
  from counted c
  cross join lateral (values (c.street_id), (c.community_id), (c.grid_id)) placed (area_id)
  join core.area a on a.area_id = placed.area_id
  where not c.is_private
  group by c.window_no, a.level, a.code;
end;
comment on function mart.wall_reported(timestamptz[], timestamptz[]) is 'one row is an area (level, code; site and '''' = all that the viewer sees) with reports in a window [starts, ends), numbered from 1; duplicates and void ones are none, cases of private categories are in none of these; n_private = their number in all that the viewer sees, from 5 on';

create function mart.wall_covered(today date, days date[]) returns table (day date, is_covered boolean)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select d.day, coalesce(bool_and(exists (select from core.source_coverage c
                                           where c.source_id = s.source_id and d.day between c.first_on and c.last_on)), false)
  from unnest(days) d (day)
  left join core.source s on s.dataset = 'incidents' and s.time_precision <> 'day'
    and exists (select from core.source_coverage c where c.source_id = s.source_id and today between c.first_on and c.last_on)
  where (select ops.viewer_may('page.wall'))
  group by d.day;
end;
comment on function mart.wall_covered(date, date[]) is 'one row is a day; covered: every source of incidents with times that covers today covers it too, and there is one; else its reports cannot be compared with those of today';

create function mart.wall_promises(starts timestamptz[], ends timestamptz[]) returns table (window_no int, numerator int, denominator int)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select c.window_no, case when count(*) >= 10 then (count(*) filter (where c.elapsed_s <= 600))::int end, count(*)::int
  from (
    select w.window_no::int as window_no, k.is_private, count(*) filter (where k.is_private) over (partition by w.window_no) as n_private,
           floor(extract(epoch from i.arrived_at - i.reported_at)) as elapsed_s
    from unnest(starts, ends) with ordinality w (starts, ends, window_no)
    cross join lateral (
      select c.* from core.incident c
      where c.reported_at >= w.starts and c.reported_at < w.ends and c.reported_at <= ops.clock() and not c.is_void and not c.is_duplicate
        and c.arrived_at <= least(w.ends, ops.clock()) and c.arrived_at >= c.reported_at
        and not c.day_precision && array['reported_at', 'arrived_at']
      offset 0
    ) i
    join core.source s using (source_id)
    join core.category k using (category_id)
    where s.dataset = 'incidents' and s.time_precision <> 'day' and 'arrived' = any (s.stages) and k.response_class = 'urgent'
      and (select ops.viewer_may('page.wall'))
      and ((select ops.viewer_level()) = 'site'
           or i.street_id = any ((select ops.viewer_areas())::int[]) or i.community_id = any ((select ops.viewer_areas())::int[])
           or i.grid_id = any ((select ops.viewer_areas())::int[]) or i.microgrid_id = any ((select ops.viewer_areas())::int[]))
  ) c
  where not c.is_private or c.n_private >= 5
  group by c.window_no;
end;
comment on function mart.wall_promises(timestamptz[], timestamptz[]) is 'one row is a window [starts, ends), numbered from 1, none without arrivals: urgent cases reported in it that somebody came to by its end (denominator) and within 600 s of the report (numerator, null under 10); those of private categories from 5 on';

-- ---------------------------------------------------------------- the last stages
create function mart.wall_feed(since timestamptz, most int)
  returns table (stage text, at timestamptz, area text, community text, category_zh text, category_en text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
  return query
  with lately as (
    select i.* from core.incident i where i.reported_at >= since and i.reported_at <= ops.clock()
    union all
    select i.* from core.incident i where i.closed_at >= since and i.reported_at < since
    union all
    select i.* from core.incident i where i.closed_at is null and not i.is_void and not i.is_duplicate and i.reported_at < since
  ), reached as (
    select r.stage, r.at, r.step, i.incident_id, i.street_id, i.community_id, i.grid_id, i.category_id
    from lately i
    join core.source s using (source_id)
    join core.category k using (category_id)
    cross join lateral (values
      ('reported', i.reported_at, 1), ('accepted', i.accepted_at, 2), ('dispatched', i.dispatched_at, 3), ('arrived', i.arrived_at, 4),
      ('closed', i.closed_at, 5), ('followed_up', i.followed_up_at, 6)) r (stage, at, step)
    where s.dataset = 'incidents' and s.time_precision <> 'day' and not k.is_private and not i.is_void and not i.is_duplicate
      and r.at >= since and r.at <= ops.clock() and not r.stage || '_at' = any (i.day_precision)
      and (select ops.viewer_may('page.wall'))
      and ((select ops.viewer_level()) = 'site'
           or i.street_id = any ((select ops.viewer_areas())::int[]) or i.community_id = any ((select ops.viewer_areas())::int[])
           or i.grid_id = any ((select ops.viewer_areas())::int[]) or i.microgrid_id = any ((select ops.viewer_areas())::int[]))
    order by r.at desc, r.step desc, i.incident_id desc
    limit least(most, 50)
  )
  select r.stage, r.at, finest.name, community.name, k.name_zh, k.name_en
  from reached r
  join core.category k using (category_id)
  left join core.area community on community.area_id = r.community_id
  left join core.area finest on finest.area_id = coalesce(r.grid_id, r.community_id, r.street_id)
  order by r.at desc, r.step desc, r.incident_id desc;
end
$$;
comment on function mart.wall_feed(timestamptz, int) is 'one row is a stage (reported, accepted, dispatched, arrived, closed, followed_up) that a case of a public category reached at a moment in [since, clock], newest first, at most `most`: with the names of its finest area and its category, nothing else of it';

-- ---------------------------------------------------------------- households and shapes
create view mart.wall_household with (security_barrier) as
select a.level, a.code, sum(h.households)::int as households
from core.household_site h
cross join lateral (values (h.community_id), (h.grid_id)) placed (area_id)
join core.area a on a.area_id = placed.area_id
where (select ops.viewer_may('page.wall'))
  and ((select ops.viewer_level()) = 'site' or a.area_id = any ((select ops.visible_areas())::int[]))
group by a.level, a.code
having sum(h.households) >= 5;
comment on view mart.wall_household is 'one row is a community or grid of which 5 households or more are known, with their number';

create view mart.wall_shape with (security_barrier) as
select a.level, a.code, a.name, p.code as parent_code, a.geom as shape, st_x(a.label_point) as lon, st_y(a.label_point) as lat,
       a.valid_from, a.valid_to
from core.area a
left join core.area p on p.area_id = a.parent_id
where a.level in ('street', 'community', 'grid') and (select ops.viewer_may('page.wall'))
  and ((select ops.viewer_level()) = 'site' or a.area_id = any ((select ops.visible_areas())::int[]));
comment on view mart.wall_shape is 'one row is one version of a street, community or grid that the wall may name: its outline and its label point (EPSG:4326)';

create view mart.wall_feature with (security_barrier) as
select f.map_feature_id, f.kind, f.name, f.width_m, f.geom as shape
from core.map_feature f
where f.kind in ('water', 'road', 'rail', 'park', 'block') and (select ops.viewer_may('page.wall'));
comment on view mart.wall_feature is 'one row is one shape of the basemap (EPSG:4326; width_m in metres)';

create view mart.wall_shape_version with (security_barrier) as
select greatest((select coalesce(max(load_id), 0) from core.area), (select coalesce(max(load_id), 0) from core.map_feature))::int as version
where (select ops.viewer_may('page.wall'));
comment on view mart.wall_shape_version is 'one row, none without the right: the newest load that changed an area or a basemap shape';

revoke execute on function mart.wall_cases(), mart.wall_counts(), mart.wall_open(timestamptz[]), mart.wall_reported(timestamptz[], timestamptz[]), mart.wall_covered(date, date[]),
  mart.wall_promises(timestamptz[], timestamptz[]), mart.wall_feed(timestamptz, int) from public;
grant execute on function mart.wall_cases(), mart.wall_counts(), mart.wall_open(timestamptz[]), mart.wall_reported(timestamptz[], timestamptz[]), mart.wall_covered(date, date[]),
  mart.wall_promises(timestamptz[], timestamptz[]), mart.wall_feed(timestamptz, int) to cockpit_wall;
grant select on mart.open_case, mart.open_count, mart.wall_household, mart.wall_shape, mart.wall_feature, mart.wall_shape_version to cockpit_wall;
