-- one row is one area in force on :day; key area_id; parents are named by parent_id, never by the text of a code
select area_id, level, code, name, parent_id, community_type
from core.area
where valid_from <= :day and valid_to > :day
order by level, code
