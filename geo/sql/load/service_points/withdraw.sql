-- one row is a service point that a snapshot of its layer ('' = the whole source) no longer holds (a row refused for its content is still held). Key: source_id, service_code.
update core.service_point p
set withdrawn_on = cast(:today as date), load_id = :load_id
where p.source_id = :source_id and p.withdrawn_on is null and starts_with(p.service_code, :layer)
  and p.service_code <> all (cast(:refused as text[]))
  and not exists (select from pg_temp.staging s where s.natural_key = p.service_code)
