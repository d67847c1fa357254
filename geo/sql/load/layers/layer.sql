-- one row is a set of shapes that can be laid over the map, with its names. Key: layer_code.
insert into core.map_layer as l (layer_code, name_zh, name_en) values (:layer_code, :name_zh, :name_en)
on conflict (layer_code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en
where (l.name_zh, l.name_en) is distinct from (excluded.name_zh, excluded.name_en)
