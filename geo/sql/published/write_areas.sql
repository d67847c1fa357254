-- one row is one area of :month. Key: month, level, code.
insert into mart.published_area (month, level, code, name, parent_code, households)
select :month, r.level, r.code, r.name, r.parent_code, r.households
from jsonb_to_recordset(cast(:records as jsonb)) r (level text, code text, name text, parent_code text, households int)
