-- one row is what one area counts in :month. Key: month, level, code.
insert into mart.tally (month, level, code, area_ids, is_loose, families)
select :month, r.level, r.code, array(select jsonb_array_elements_text(r.area_ids)::int), r.is_loose, r.families
from json_to_recordset(cast(:records as json)) r (level text, code text, area_ids jsonb, is_loose boolean, families json)
