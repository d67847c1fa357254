-- one row is a fund that a mapping declares, most often a programme. Key: source_id, fund_code.
insert into core.fund as f (source_id, fund_code, name, fund_kind, purpose, content_hash, load_id)
values (:source_id, :fund_code, :name, cast(:fund_kind as text), cast(:purpose as text), md5(concat_ws(E'\x1f', cast(:name as text), cast(:purpose as text))), :load_id)
on conflict (source_id, fund_code) do update
set fund_kind = excluded.fund_kind, name = excluded.name, purpose = excluded.purpose, content_hash = excluded.content_hash, load_id = excluded.load_id
where f.content_hash <> excluded.content_hash or f.fund_kind <> excluded.fund_kind
