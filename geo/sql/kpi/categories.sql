-- one row is one category of incidents; key code
select c.category_id, c.code, c.name_zh, c.name_en from core.category c order by c.code
