-- one row is a category of the code list in force, brought up to date. Key: code.
insert into core.category as c (code, name_zh, name_en, response_class, is_private, is_emergency)
select code, name_zh, name_en, response_class, is_private, is_emergency
from unnest(cast(:codes as text[]), cast(:names_zh as text[]), cast(:names_en as text[]), cast(:classes as text[]), cast(:privates as boolean[]),
            cast(:emergencies as boolean[]))
  as listed (code, name_zh, name_en, response_class, is_private, is_emergency)
on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en,
  response_class = excluded.response_class, is_private = excluded.is_private, is_emergency = excluded.is_emergency
where (c.name_zh, c.name_en, c.response_class, c.is_private, c.is_emergency)
  is distinct from (excluded.name_zh, excluded.name_en, excluded.response_class, excluded.is_private, excluded.is_emergency)
