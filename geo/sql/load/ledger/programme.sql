-- one row is a programme that a mapping declares as a fund. Key: source_id, fund_code.
insert into core.fund as f (source_id, fund_code, name, fund_kind, purpose, content_hash, load_id)
values (:source_id, :fund_code, :name, 'programme', cast(:purpose as text), md5(concat_ws(E'\x1f', cast(:name as text), cast(:purpose as text))), :load_id)
on conflict (source_id, fund_code) do update
set name = excluded.name, purpose = excluded.purpose, content_hash = excluded.content_hash, load_id = excluded.load_id
where f.content_hash <> excluded.content_hash
