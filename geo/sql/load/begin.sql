-- one row: the id of the ledger line that this transaction fills in at its end (load/finish). Key: load_id.
insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, mode, level, status, ignored_columns, crs, conversion, replays, options, loaded_by, started_at, finished_at)
values (:dataset, :source_id, :file_name, :sha256, :fingerprint, :mode, :level, 'loaded', cast(:ignored_columns as text[]), :crs, :conversion, :replays, cast(:options as jsonb), :loaded_by,
        cast(:started_at as timestamptz), cast(:started_at as timestamptz))
returning load_id
