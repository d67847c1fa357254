-- one row is a post with nobody in it on the day, within an area (all its versions) and all below it, or anywhere; key
-- (source_id, post_code). days = whole days since vacant_since, null where the sender does not say since when.
-- Longest first, unknown last.
select p.post_code, p.role, p.level, a.code as area_code, a.name as area_name, p.declared_area_code, p.vacant_since,
       cast(:today as date) - p.vacant_since as days
from core.staff_post p
left join core.area a on a.area_id = case p.level
  when 'street' then p.street_id when 'community' then p.community_id
  when 'grid' then p.grid_id when 'microgrid' then p.microgrid_id end
where p.headcount = 0 and (p.vacant_since is null or p.vacant_since <= cast(:today as date))
  and (cast(:within as int[]) is null or array[p.street_id, p.community_id, p.grid_id, p.microgrid_id] && cast(:within as int[]))
order by p.vacant_since nulls last, p.declared_area_code, p.role, p.post_code
