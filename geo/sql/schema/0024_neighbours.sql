-- What other cases say of a case: whether it came back after its close, whether it was closed with many. Neither may depend on who
-- looks, so both questions pass the row scope; each answers with those of the cases told for which it is so. A case is told with the
-- number of its window, its close and E of its source in that window. Others count when they are neither void nor duplicates.

create function core.followed(window_nos int[], cases bigint[], closed timestamptz[], moments timestamptz[], zone text)
  returns table (window_no int, incident_id bigint)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  first_at timestamptz := (select min(c) from unnest(closed) c);
  last_at timestamptz := (select least(max(c) + interval '32 days', max(m)) from unnest(closed, moments) t (c, m));
begin
  return query
  with told as materialized (
    select t.window_no, t.incident_id, i.category_id, i.reporter_ref, p.x, p.y,
           -- metres of a degree on the ellipsoid there (WGS 84)
           111319.4908 * cosd(p.y) / sqrt(1 - 0.00669438 * sind(p.y) ^ 2) as x_m,
           111319.4908 * (1 - 0.00669438) / (1 - 0.00669438 * sind(p.y) ^ 2) ^ 1.5 as y_m,
           -- a bare date is over at the end of its day
           case when d.is_by_day then (d.closed_on + 1)::timestamp at time zone zone - interval '1 microsecond' else t.closed_at end as after_at,
           least(case when d.is_by_day then (d.closed_on + 31)::timestamp at time zone zone else t.closed_at + interval '720 hours 1 microsecond' end,
                 t.moment) as before_at
    from unnest(window_nos, cases, closed, moments) t (window_no, incident_id, closed_at, moment)
    join core.incident i using (incident_id)
    join core.source s using (source_id)
    cross join lateral (select public.st_x(i.geom) as x, public.st_y(i.geom) as y) p
    cross join lateral (
      select s.time_precision = 'day' or 'closed_at' = any (i.day_precision) as is_by_day, (t.closed_at at time zone zone)::date as closed_on
    ) d
  ),
  -- degrees of a bit over 50 m: of latitude where they are shortest, of longitude where they are longest among these cases. Cells are
  -- twice as high and wide, so that what lies so near to a case lies in one of four cells
  reach as (
    select 0.00046::float8 as y, 0.00046 / cosd(least(89, max(abs(t.y)) + 0.01)) as x from told t
  ),
  around as (
    select t.*, floor((t.y / r.y - 1) / 2)::bigint * 1000000 + floor((t.x / r.x - 1) / 2)::bigint + step as cell
    from told t cross join reach r cross join (values (0), (1), (1000000), (1000001)) steps (step)
  ),
  later as (
    select i.incident_id, i.category_id, i.reporter_ref, i.reported_at, p.x, p.y,
           floor(p.y / r.y / 2)::bigint * 1000000 + floor(p.x / r.x / 2)::bigint as cell
    from core.incident i
    cross join reach r
    cross join lateral (select public.st_x(i.geom) as x, public.st_y(i.geom) as y) p
    where i.reported_at > first_at and i.reported_at < last_at and not i.is_void and not i.is_duplicate
  )
  select t.window_no, t.incident_id
  from told t
  where exists (
    select from later l
    where l.category_id = t.category_id and l.reporter_ref = t.reporter_ref and l.reported_at > t.after_at and l.reported_at < t.before_at
      and l.incident_id <> t.incident_id
  )
  union
  select t.window_no, t.incident_id
  from around t
  where exists (
    select from later l
    where l.category_id = t.category_id and l.cell = t.cell and l.reported_at > t.after_at and l.reported_at < t.before_at
      and l.incident_id <> t.incident_id
      -- the plane that touches the ellipsoid there is wrong by less than a centimetre in 50 m; only near the limit is the ellipsoid asked
      and case when ((l.x - t.x) * t.x_m) ^ 2 + ((l.y - t.y) * t.y_m) ^ 2 < 2490 then true
               when ((l.x - t.x) * t.x_m) ^ 2 + ((l.y - t.y) * t.y_m) ^ 2 > 2510 then false
               else public.st_dwithin(public.geography(public.st_makepoint(l.x, l.y)), public.geography(public.st_makepoint(t.x, t.y)), 50) end
  );
end
$$;
comment on function core.followed(int[], bigint[], timestamptz[], timestamptz[], text) is 'one row is one case told that was followed by another valid one of its category, of the same reporter or at most 50 m away, reported within 30 x 24 h after its close and before E; bare dates are compared by day';
revoke execute on function core.followed(int[], bigint[], timestamptz[], timestamptz[], text) from public;
grant execute on function core.followed(int[], bigint[], timestamptz[], timestamptz[], text) to cockpit_app, cockpit_load;

create function core.closed_in_bulk(window_nos int[], cases bigint[], closed timestamptz[], moments timestamptz[])
  returns table (window_no int, incident_id bigint)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  first_at timestamptz := (select date_trunc('minute', min(c)) from unnest(closed) c);
  last_at timestamptz := (select date_trunc('minute', max(c)) + interval '1 minute' from unnest(closed) c);
begin
  return query
  with valid as not materialized (
    select i.incident_id, i.agency_responsible as agency, i.closed_at, i.reported_at, i.revision, i.has_history
    from core.incident i join core.source s using (source_id)
    where i.agency_responsible is not null and not i.is_void and not i.is_duplicate and i.reported_at <= ops.clock()
      and s.time_precision <> 'day' and not 'closed_at' = any (i.day_precision)
  ),
  closes as materialized (
    select v.incident_id, v.agency, date_trunc('minute', v.closed_at) as minute, v.closed_at, 'infinity'::timestamptz as undone_at
    from valid v
    where not v.has_history and v.closed_at >= first_at and v.closed_at < last_at
    union all
    select v.incident_id, v.agency, date_trunc('minute', e.occurred_at), e.occurred_at, e.undone_at
    from valid v
    cross join lateral (
      select l.kind, l.occurred_at, coalesce(lead(l.occurred_at) over (order by l.occurred_at, l.event_id), 'infinity') as undone_at
      from core.incident_log l
      where l.incident_id = v.incident_id and l.kind in ('closed', 'reopened') and l.occurred_at <= ops.clock()
        and (l.actor is not null or l.revision = v.revision)
    ) e
    where v.has_history and v.reported_at < last_at and (v.closed_at is null or v.closed_at >= first_at)
      and e.kind = 'closed' and e.occurred_at >= first_at and e.occurred_at < last_at
  ),
  many as materialized (
    select c.* from closes c join (select agency, minute from closes group by agency, minute having count(*) > 20) g using (agency, minute)
  ),
  told as (
    select t.window_no, t.incident_id, t.moment, m.agency, m.minute
    from unnest(window_nos, cases, closed, moments) t (window_no, incident_id, closed_at, moment) join many m using (incident_id, closed_at)
  )
  select t.window_no, t.incident_id
  from told t
  join (
    select g.moment, g.agency, g.minute
    from (select distinct moment, agency, minute from told) g
    join many m on m.agency = g.agency and m.minute = g.minute and m.closed_at < g.moment and m.undone_at >= g.moment
    group by g.moment, g.agency, g.minute
    having count(*) > 20
  ) as_of_e using (moment, agency, minute);
end
$$;
comment on function core.closed_in_bulk(int[], bigint[], timestamptz[], timestamptz[]) is 'one row is one case told that is one of more than 20 valid cases which the same unit closed in the same minute, as it stood at E; a bare date is no minute';
revoke execute on function core.closed_in_bulk(int[], bigint[], timestamptz[], timestamptz[]) from public;
grant execute on function core.closed_in_bulk(int[], bigint[], timestamptz[], timestamptz[]) to cockpit_app, cockpit_load;
