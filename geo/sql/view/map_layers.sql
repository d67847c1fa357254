-- one row is a set of shapes that can be laid over the map by its name, with how many shapes it has; key layer_code
select l.layer_code as code, l.name_zh, l.name_en, count(*)::int as n
from core.map_layer l
join core.map_feature f using (layer_code)
where f.kind = 'partition'
group by l.layer_code, l.name_zh, l.name_en
order by l.layer_code
