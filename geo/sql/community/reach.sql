-- one row is one kind of service point that is open at the clock anywhere in the site; key kind. Straight-line distances in
-- metres (geodesic, to the nearest edge of what has an extent), border or not. Measured from the household points of the
-- area (:area_ids: its versions, at :level; weight = households) or, where it has none, from the label point of :area_id
-- (households null). near_*: households with a point of the kind within that distance; points_*: points that close to any of
-- the starts; median_m: half of the households have one within it. nearest, nearest_m: the one nearest to the label point.
with homes as (
  select cast(h.point as geography) as place, h.households
  from core.household_site h
  where h.point is not null and h.households > 0
    and case :level when 'street' then h.street_id when 'community' then h.community_id
                    when 'grid' then h.grid_id else h.microgrid_id end = any (cast(:area_ids as int[]))
),
middle as (
  select cast(label_point as geography) as place from core.area where area_id = :area_id
),
starts as (
  select row_number() over () as start_no, place, households from homes
  union all
  select 0, place, null from middle where not exists (select from homes)
),
points as (
  select p.service_point_id, p.service_kind_id, p.name, cast(p.geom as geography) as place,
         st_distance(cast(p.geom as geography), m.place) as middle_m
  from core.service_point p cross join middle m
  where p.withdrawn_on is null or p.withdrawn_on > cast(ops.clock() as date)
),
pairs as materialized (
  select s.start_no, s.households, p.service_kind_id, p.service_point_id, st_distance(s.place, p.place) as metres
  from starts s cross join points p
),
best as (
  select service_kind_id, start_no, households, min(metres) as metres from pairs group by 1, 2, 3
),
running as (
  select b.*, sum(households) over (partition by service_kind_id order by metres, start_no) as so_far,
         sum(households) over (partition by service_kind_id) as households_all
  from best b
),
reached as (
  select service_kind_id, max(households_all) as households,
         coalesce(sum(households) filter (where metres <= :first_m), 0) as near_first,
         coalesce(sum(households) filter (where metres <= :second_m), 0) as near_second,
         coalesce(sum(households) filter (where metres <= :third_m), 0) as near_third,
         min(metres) filter (where so_far * 2 >= households_all) as median_m
  from running group by 1
),
close as (
  select service_kind_id,
         count(*) filter (where metres <= :first_m) as points_first,
         count(*) filter (where metres <= :second_m) as points_second,
         count(*) filter (where metres <= :third_m) as points_third
  from (select service_kind_id, service_point_id, min(metres) as metres from pairs group by 1, 2) nearest
  group by 1
)
select k.code as kind, k.name_zh, k.name_en, n.name as nearest, n.middle_m as nearest_m,
       r.households::int as households, r.near_first::int, r.near_second::int, r.near_third::int, r.median_m,
       c.points_first::int, c.points_second::int, c.points_third::int
from reached r
join close c using (service_kind_id)
join core.service_kind k using (service_kind_id)
cross join lateral (
  select p.name, p.middle_m from points p where p.service_kind_id = k.service_kind_id
  order by p.middle_m, p.service_point_id limit 1
) n
order by n.middle_m desc, k.code
