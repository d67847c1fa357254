-- The wall's scene of people's lives: how many households have each kind of service within a walk; sums of households alone.
create index service_point_extent on core.service_point using gist (geom);

create function mart.wall_reach(within_m int) returns table (kind text, name_zh text, name_en text, households int, near int)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  begin atomic
  with homes as materialized (
    select h.household_site_id, h.households, h.point::public.geography as place,
           public.st_expand(h.point, within_m / (111000.0 * cos(radians(least(85, abs(public.st_y(h.point)))))), within_m / 110000.0) as around
    from core.household_site h
    where (select ops.viewer_may('page.wall')) and h.point is not null and h.households > 0
      and ((select ops.viewer_level()) = 'site'
           or h.street_id = any ((select ops.viewer_areas())::int[]) or h.community_id = any ((select ops.viewer_areas())::int[])
           or h.grid_id = any ((select ops.viewer_areas())::int[]) or h.microgrid_id = any ((select ops.viewer_areas())::int[]))
  ),
  reached as (
    select n.service_kind_id, sum(h.households)::int as households
    from homes h
    cross join lateral (
      select p.service_kind_id from core.service_point p
      where p.geom operator(public.&&) h.around and (p.withdrawn_on is null or p.withdrawn_on > ops.clock()::date)
      group by p.service_kind_id
      having min(public.st_distance(h.place, p.geom::public.geography)) <= within_m
    ) n
    group by n.service_kind_id
  ),
  whole as (select sum(h.households)::int as households from homes h)
  select k.code, k.name_zh, k.name_en, w.households, coalesce(r.households, 0)
  from core.service_kind k
  cross join whole w
  left join reached r using (service_kind_id)
  where w.households >= 100 and exists (select from core.service_point p where p.service_kind_id = k.service_kind_id
                                         and (p.withdrawn_on is null or p.withdrawn_on > ops.clock()::date));
  end;
comment on function mart.wall_reach(int) is 'one row is one kind of service that is open anywhere in the site: near = households of the viewer''s areas with one within so many straight-line metres (geodesic), out of households; none under 100 households, none without the right';
revoke execute on function mart.wall_reach(int) from public;
grant execute on function mart.wall_reach(int) to cockpit_wall;
