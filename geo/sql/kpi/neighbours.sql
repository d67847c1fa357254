-- one row is one area of the level of :area_id in force on :day, that one too; key area_id. border_m = metres of border that it shares with
-- that area, 0 without; is_beside = both lie in the same area above
select a.area_id, a.code, a.name, a.community_type, a.parent_id is not distinct from o.parent_id as is_beside,
       case when a.area_id <> o.area_id and a.geom && o.geom
            then st_length(st_intersection(a.geom, st_boundary(o.geom))::geography) else 0 end as border_m
from core.area o
join core.area a on a.level = o.level and a.valid_from <= :day and a.valid_to > :day
where o.area_id = :area_id
order by a.code
