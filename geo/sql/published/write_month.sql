-- one row is the month whose figures follow. Key: month.
insert into mart.published_month (month, closes_at, known_at, load_id, event_id, data_version, definitions)
values (:month, cast(:closes_at as timestamptz), ops.clock(), :load_id, :event_id, :data_version, cast(:definitions as text[]))
