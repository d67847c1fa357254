-- one row is a category of an open list that the mapping names and that a source has sent: its names and class brought up to date. Key: code.
update core.category c set name_zh = n.name_zh, name_en = n.name_en, response_class = n.response_class
from unnest(cast(:codes as text[]), cast(:names_zh as text[]), cast(:names_en as text[]), cast(:classes as text[]))
  as n (code, name_zh, name_en, response_class)
where c.code = n.code
  and (c.name_zh, c.name_en, c.response_class) is distinct from (n.name_zh, n.name_en, n.response_class)
