-- One row is the code of an area changed by this load that no longer holds a child which was linked to it (tolerance 0.1 % of
-- the child's area); such children are placed apart from their parent level until they are loaded again.
with changed as (
  select area_id, level, code, geom, valid_from, valid_to from core.area where load_id = :load_id and level = :level
), loose as (
  select c.area_id as child_id, p.code
  from core.area c
  join core.area linked on linked.area_id = c.parent_id
  join changed p on p.level = linked.level and p.code = linked.code and p.valid_from < c.valid_to and c.valid_from < p.valid_to
  where c.is_nested and not st_coveredby(c.geom, p.geom)
    and st_area(st_difference(c.geom, p.geom)) > 0.001 * st_area(c.geom)
), unlinked as (
  update core.area c set is_nested = false, content_hash = '' from loose where c.area_id = loose.child_id
)
select distinct code from loose
