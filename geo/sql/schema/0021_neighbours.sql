-- What other cases say of a case: whether it came back after its close, whether it was closed with many. Neither may depend on who
-- looks, so both questions pass the row scope; each answers with those of the cases told for which it is so. A case is told with the
-- number of its window, its close and E of its source in that window. Others count when they are neither void nor duplicates.

-- Cells of a bit over 50 m, each row of them with its own width, so that who lies within 50 m lies in the same cell or one beside it.
create function core.cell_row(latitude float8) returns int language sql immutable parallel safe
  return floor(latitude / 0.00046)::int; -- 50.8 m where a degree is shortest
create function core.cell_column(longitude float8, cell_row int) returns int language sql immutable parallel safe
  return floor(longitude * cosd(least(89, (abs(cell_row + 0.5) + 0.5) * 0.00046)) / 0.00046)::int; -- 51.2 m or more

create function core.followed(window_nos int[], cases bigint[], closed timestamptz[], moments timestamptz[], zone text)
  returns table (window_no int, incident_id bigint)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  first_at timestamptz := (select min(c) - interval '1 day' from unnest(closed) c);
  last_at timestamptz := (select least(max(c) + interval '32 days', max(m)) from unnest(closed, moments) t (c, m));
begin
  return query
  with later as (
    select i.incident_id, i.category_id, i.reported_at, i.reported_on, i.geom, p.x, p.y, p.cell_row, core.cell_column(p.x, p.cell_row) as cell_column,
           s.time_precision = 'day' or 'reported_at' = any (i.day_precision) as is_by_day
    from core.incident i
    join core.source s using (source_id)
    cross join lateral (select public.st_x(i.geom) as x, public.st_y(i.geom) as y, core.cell_row(public.st_y(i.geom)) as cell_row) p
    where i.reported_at >= first_at and i.reported_at < last_at and not i.is_void and not i.is_duplicate and i.geom is not null
  ),
  told as materialized (
    select t.window_no, t.incident_id, t.closed_at, (t.closed_at at time zone zone)::date as closed_on, t.moment, i.category_id, i.geom,
           p.x, p.y, p.cell_row, s.time_precision = 'day' or 'closed_at' = any (i.day_precision) as is_by_day,
           -- metres of a degree on the ellipsoid there (WGS 84)
           111319.4908 * cosd(p.y) / sqrt(1 - 0.00669438 * sind(p.y) ^ 2) as x_m,
           111319.4908 * (1 - 0.00669438) / (1 - 0.00669438 * sind(p.y) ^ 2) ^ 1.5 as y_m
    from unnest(window_nos, cases, closed, moments) t (window_no, incident_id, closed_at, moment)
    join core.incident i using (incident_id)
    join core.source s using (source_id)
    cross join lateral (select public.st_x(i.geom) as x, public.st_y(i.geom) as y, core.cell_row(public.st_y(i.geom)) as cell_row) p
    where i.geom is not null
  ),
  around as (
    select t.*, t.cell_row + up as near_row, core.cell_column(t.x, t.cell_row + up) + aside as near_column
    from told t cross join generate_series(-1, 1) up cross join generate_series(-1, 1) aside
  )
  select distinct t.window_no, t.incident_id
  from around t
  where exists (
    select from later l
    where l.category_id = t.category_id and l.cell_row = t.near_row and l.cell_column = t.near_column
      and l.incident_id <> t.incident_id and l.reported_at < t.moment
      and case when l.is_by_day or t.is_by_day then l.reported_on > t.closed_on and l.reported_on <= t.closed_on + 30
               else l.reported_at > t.closed_at and l.reported_at <= t.closed_at + interval '720 hours' end
      -- the plane that touches the ellipsoid there is wrong by less than a centimetre in 50 m; only near the limit is the ellipsoid asked
      and case when ((l.x - t.x) * t.x_m) ^ 2 + ((l.y - t.y) * t.y_m) ^ 2 < 49.9 ^ 2 then true
               when ((l.x - t.x) * t.x_m) ^ 2 + ((l.y - t.y) * t.y_m) ^ 2 > 50.1 ^ 2 then false
               else public.st_dwithin(public.geography(l.geom), public.geography(t.geom), 50) end
  );
end
$$;
comment on function core.followed(int[], bigint[], timestamptz[], timestamptz[], text) is 'one row is one case told that was followed by another valid one of its category, at most 50 m away, reported within 30 x 24 h after its close and before E; bare dates are compared by day';
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
  with valid as (
    select i.incident_id, i.agency_responsible as agency, i.closed_at, i.reported_at, i.revision, i.has_history
    from core.incident i join core.source s using (source_id)
    where i.agency_responsible is not null and not i.is_void and not i.is_duplicate and i.reported_at <= ops.clock()
      and s.time_precision <> 'day' and not 'closed_at' = any (i.day_precision)
  ),
  closes as (
    select v.agency, date_trunc('minute', v.closed_at) as minute, v.closed_at, 'infinity'::timestamptz as undone_at
    from valid v
    where not v.has_history and v.closed_at >= first_at and v.closed_at < last_at
    union all
    select v.agency, date_trunc('minute', e.occurred_at), e.occurred_at, e.undone_at
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
  told as (
    select t.window_no, t.incident_id, t.moment, v.agency, date_trunc('minute', t.closed_at) as minute
    from unnest(window_nos, cases, closed, moments) t (window_no, incident_id, closed_at, moment)
    join valid v using (incident_id)
  ),
  many as (
    select g.moment, g.agency, g.minute
    from (select distinct t.moment, t.agency, t.minute from told t) g
    join closes c on c.agency = g.agency and c.minute = g.minute and c.closed_at < g.moment and c.undone_at >= g.moment
    group by g.moment, g.agency, g.minute
    having count(*) > 20
  )
  select t.window_no, t.incident_id from told t join many using (moment, agency, minute);
end
$$;
comment on function core.closed_in_bulk(int[], bigint[], timestamptz[], timestamptz[]) is 'one row is one case told that is one of more than 20 valid cases which the same unit closed in the same minute, as it stood at E; a bare date is no minute';
revoke execute on function core.closed_in_bulk(int[], bigint[], timestamptz[], timestamptz[]) from public;
grant execute on function core.closed_in_bulk(int[], bigint[], timestamptz[], timestamptz[]) to cockpit_app, cockpit_load;
