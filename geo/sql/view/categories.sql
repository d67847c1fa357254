-- one row is one category of incidents; key code
select code, name_zh, name_en, response_class, is_private
from core.category
order by code
