-- one row is one category of one area of :month. Key: month, level, code, category.
insert into mart.published_count (month, level, code, category, n, is_merged)
select :month, r.level, r.code, r.category, r.n, r.n is null
from jsonb_to_recordset(cast(:records as jsonb)) r (level text, code text, category text, n int)
