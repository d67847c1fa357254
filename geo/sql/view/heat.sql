-- one row is one cell of about 33 m (0.0003 degrees of latitude; longitude widened by the latitude) with incidents reported
-- in [:start, :end) and before the clock; key lon, lat (EPSG:4326, centre of the cell); n = incidents.
-- Valid cases with a point of their own; a duplicate counts in its original; private categories only from 5 in a cell.
-- The width follows the whole degree of latitude: by the exact mean a cell's place would tell where the cases lie that are not told.
with cases as (
  select st_x(i.geom) as x, st_y(i.geom) as y, c.is_private
  from core.incident i
  join core.category c using (category_id)
  where i.reported_at >= :start and i.reported_at < :end and i.reported_at <= ops.clock()
    and not i.is_void and not i.is_duplicate and i.placed_by = 'point'
    and (cast(:category as text) is null or c.code = :category)
    and (cast(:within as int) is null or :within in (i.street_id, i.community_id, i.grid_id, i.microgrid_id))
), step as materialized (
  select 0.0003::float8 as dy, 0.0003 / greatest(cos(radians(round(avg(y)))), 0.1) as dx from cases
)
select (floor(x / dx) + 0.5) * dx as lon, (floor(y / dy) + 0.5) * dy as lat, sum(n)::int as n
from (
  select floor(x / dx) * dx + dx / 2 as x, floor(y / dy) * dy + dy / 2 as y, dx, dy, count(*) as n
  from cases, step
  group by is_private, 1, 2, dx, dy
  having not is_private or count(*) >= 5
) cell
group by 1, 2
order by 1, 2
