-- one row is a kind of service points with its names. Key: code.
insert into core.service_kind as k (code, name_zh, name_en) values (:code, :name_zh, :name_en)
on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en
where (k.name_zh, k.name_en) is distinct from (excluded.name_zh, excluded.name_en)
