-- one row is a category that a source with an open list brings for the first time; its name is the sender's word. Key: code.
insert into core.category (code, name_zh, name_en)
select distinct category, category, category from pg_temp.staging where category is not null and fate is distinct from 'quarantined'
on conflict (code) do nothing
