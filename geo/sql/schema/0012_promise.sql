-- The wall's share on scene counts private categories from 5 arrivals of theirs in the window on, as everything else on the
-- wall does: all other numbers leave them out, so one more arrival without a case to see told of the one that is hidden.
create or replace function mart.wall_promise(starts timestamptz, ends timestamptz)
  returns table (numerator int, denominator int, has_deadlines boolean, is_covered boolean)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
  select case when count(*) >= 10 then (count(*) filter (where c.elapsed_s <= 600))::int end,
         count(*)::int,
         exists (select from core.incident i where i.due_at is not null),
         exists (select from core.source s where s.dataset = 'incidents' and 'arrived' = any (s.stages) and s.time_precision <> 'day')
  from (
    select k.is_private, count(*) filter (where k.is_private) over () as n_private,
           floor(extract(epoch from i.arrived_at - i.reported_at)) as elapsed_s
    from core.incident i join core.source s using (source_id) join core.category k using (category_id)
    where s.time_precision <> 'day' and 'arrived' = any (s.stages) and k.response_class = 'urgent'
      and i.reported_at >= starts and i.reported_at < ends and i.reported_at <= ops.clock() and not i.is_void and not i.is_duplicate
      and i.arrived_at <= ops.clock() and i.arrived_at >= i.reported_at and not i.day_precision && array['reported_at', 'arrived_at']
      and (ops.viewer_level() = 'site'
           or i.street_id = any (ops.viewer_areas()) or i.community_id = any (ops.viewer_areas())
           or i.grid_id = any (ops.viewer_areas()) or i.microgrid_id = any (ops.viewer_areas()))
  ) c
  where not c.is_private or c.n_private >= 5
  having ops.viewer_may('page.wall');
  end;
comment on function mart.wall_promise(timestamptz, timestamptz) is 'one row, none without the right: urgent cases reported in [starts, ends) that somebody came to (denominator) and within 600 s of the report (numerator, null under 10), those of private categories from 5 on; whether any case has a deadline, whether any source tells of arrivals';
