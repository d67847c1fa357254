-- One row is a row of core.staff_post with the area of `declared_level` it belongs to, the day on which it is placed and the
-- areas it was placed in; it has no point. At most `most` rows, after the id `after`. Key and order: id.
select i.staff_post_id as id, cast(null as float8) as lon, cast(null as float8) as lat, i.declared_area_code,
       i.level as declared_level, cast(:today as date) as day, i.street_id, i.community_id, i.grid_id, i.microgrid_id
from core.staff_post i
where i.staff_post_id > :after
order by i.staff_post_id
limit :most
