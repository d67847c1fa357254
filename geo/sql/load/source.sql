-- one row: the source's id; none if its code already serves another dataset. Key: code. Stages only ever grow.
insert into core.source as s (code, dataset, name, stages, time_precision, as_of, is_simulated)
values (:code, :dataset, :name, cast(:stages as text[]), :time_precision, cast(:as_of as timestamptz), :is_simulated)
on conflict (code) do update set
  name = excluded.name,
  stages = array(select distinct stage from unnest(s.stages || excluded.stages) stage order by stage),
  time_precision = excluded.time_precision,
  as_of = excluded.as_of,
  is_simulated = excluded.is_simulated
where s.dataset = excluded.dataset
returning source_id
