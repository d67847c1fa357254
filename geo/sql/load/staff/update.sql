-- one row is a post that changed: another area, role or headcount. Key: source_id, post_code.
update core.staff_post p
set role = s.role, headcount = s.headcount, vacant_since = s.vacant_since::date, level = s.level,
    declared_area_code = s.declared_area_code, street_id = s.street_id, community_id = s.community_id,
    grid_id = s.grid_id, microgrid_id = s.microgrid_id, content_hash = s.content_hash, load_id = :load_id
from pg_temp.staging s
where p.source_id = :source_id and p.post_code = s.natural_key and s.fate = 'updated'
