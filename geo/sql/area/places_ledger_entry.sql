-- One row is a row of core.ledger_entry with its point (lon, lat, EPSG:4326), the area it declares, the day on which it is placed
-- and the areas it was placed in; at most `most` rows, after the id `after`. Key and order: id.
select i.entry_id as id, st_x(i.point) as lon, st_y(i.point) as lat, i.declared_area_code, coalesce(i.occurred_on, make_date(i.fiscal_year, 12, 31)) as day,
       i.street_id, i.community_id, i.grid_id, cast(null as int) as microgrid_id
from core.ledger_entry i
where i.entry_id > :after
order by i.entry_id
limit :most
