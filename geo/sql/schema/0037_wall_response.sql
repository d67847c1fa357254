-- The wall's scene of response times: lengths of stages by class of response, arrivals by community; lengths alone, of public categories.
create function mart.wall_stages(starts timestamptz[], ends timestamptz[])
  returns table (window_no int, response_class text, stage text, n int, p50_s int, p90_s int, seconds int[])
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
  select c.window_no, c.response_class, s.stage, count(*)::int, percentile_disc(0.5) within group (order by l.seconds),
         percentile_disc(0.9) within group (order by l.seconds), case when count(*) <= 500 then array_agg(l.seconds) end
  from (
    select w.window_no::int as window_no, i.*
    from unnest(starts, ends) with ordinality w (from_at, to_at, window_no)
    cross join lateral (
      select k.response_class, i.reported_at, i.registered_at, i.accepted_at, i.dispatched_at, i.arrived_at, i.closed_at, i.followed_up_at,
             i.day_precision
      from core.incident i join core.source s using (source_id) join core.category k using (category_id)
      where i.reported_at >= w.from_at and i.reported_at < w.to_at and i.reported_at <= ops.clock()
        and s.time_precision <> 'day' and not i.is_void and not i.is_duplicate and not k.is_private
        and ((select ops.viewer_level()) = 'site'
             or i.street_id = any ((select ops.viewer_areas())::int[]) or i.community_id = any ((select ops.viewer_areas())::int[])
             or i.grid_id = any ((select ops.viewer_areas())::int[]) or i.microgrid_id = any ((select ops.viewer_areas())::int[]))
      offset 0
    ) i
  ) c
  cross join lateral (values
    ('accept', c.reported_at, c.accepted_at, array['reported_at', 'accepted_at']),
    ('dispatch', coalesce(c.registered_at, c.accepted_at, c.reported_at), c.dispatched_at,
     array[case when c.registered_at is not null then 'registered_at' when c.accepted_at is not null then 'accepted_at' else 'reported_at' end,
           'dispatched_at']),
    ('arrival', c.dispatched_at, c.arrived_at, array['dispatched_at', 'arrived_at']),
    ('handle', c.arrived_at, c.closed_at, array['arrived_at', 'closed_at']),
    ('follow_up', c.closed_at, c.followed_up_at, array['closed_at', 'followed_up_at'])
  ) s (stage, starts_at, ends_at, stamps)
  cross join lateral (select floor(extract(epoch from s.ends_at - s.starts_at))::int as seconds) l
  where (select ops.viewer_may('page.wall')) and s.ends_at <= ops.clock() and s.ends_at >= s.starts_at and not c.day_precision && s.stamps
  group by c.window_no, c.response_class, s.stage;
  end;
comment on function mart.wall_stages(timestamptz[], timestamptz[]) is 'one row is one stage (accept, dispatch, arrival, handle, follow_up) of one class of response in one window [starts, ends), as the families of these names count it, private categories left out: how many lengths, their median and nine in ten in whole seconds, and each of them up to 500; none without the right';

create function mart.wall_arrivals(starts timestamptz, ends timestamptz)
  returns table (community_code text, seconds int[])
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
  select a.code, array_agg(floor(extract(epoch from i.arrived_at - i.reported_at))::int)
  from core.incident i
  join core.source s using (source_id)
  join core.category k using (category_id)
  left join core.area a on a.area_id = i.community_id
  where (select ops.viewer_may('page.wall')) and s.time_precision <> 'day' and 'arrived' = any (s.stages) and k.response_class = 'urgent'
    and not k.is_private and not i.is_void and not i.is_duplicate
    and i.reported_at >= starts and i.reported_at < ends and i.reported_at <= ops.clock()
    and i.arrived_at <= ops.clock() and i.arrived_at >= i.reported_at and not i.day_precision && array['reported_at', 'arrived_at']
    and ((select ops.viewer_level()) = 'site'
         or i.street_id = any ((select ops.viewer_areas())::int[]) or i.community_id = any ((select ops.viewer_areas())::int[])
         or i.grid_id = any ((select ops.viewer_areas())::int[]) or i.microgrid_id = any ((select ops.viewer_areas())::int[]))
  group by a.code;
  end;
comment on function mart.wall_arrivals(timestamptz, timestamptz) is 'one row is one community (null: outside all) with the whole seconds from report to arrival of its urgent cases reported in [starts, ends), as the family onscene counts them, private categories left out; none without the right';

do $$
declare
  told text;
begin
  foreach told in array array['mart.wall_stages(timestamptz[], timestamptz[])', 'mart.wall_arrivals(timestamptz, timestamptz)'] loop
    execute format('revoke execute on function %s from public', told);
    execute format('grant execute on function %s to cockpit_wall', told);
  end loop;
end
$$;
