-- One row is a row of core.fund with the area it declares and the areas it was placed in; it has no point. Key and order: id.
select i.fund_id as id, cast(null as float8) as lon, cast(null as float8) as lat, i.declared_area_code, cast(:today as date) as day,
       i.street_id, i.community_id, cast(null as int) as grid_id, cast(null as int) as microgrid_id
from core.fund i
where i.fund_id > :after
order by i.fund_id
limit :most
