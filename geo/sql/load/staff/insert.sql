-- one row is a new post. Key: source_id, post_code.
insert into core.staff_post (source_id, post_code, role, headcount, vacant_since, level, declared_area_code,
                             street_id, community_id, grid_id, microgrid_id, content_hash, load_id)
select :source_id, natural_key, role, headcount, vacant_since::date, level, declared_area_code,
       street_id, community_id, grid_id, microgrid_id, content_hash, :load_id
from pg_temp.staging where fate is null
