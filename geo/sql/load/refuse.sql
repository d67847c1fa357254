-- one row: the id of the ledger line of a refused file; only read (rows of the file) and faults (code → rows) are counted. Key: load_id.
insert into ops.load (dataset, file_name, sha256, fingerprint, mode, level, status, read, faults, message, ignored_columns, crs, conversion, replays, options, loaded_by, started_at, finished_at)
values (:dataset, :file_name, :sha256, :fingerprint, :mode, :level, 'refused', :read, cast(:faults as jsonb), :message,
        cast(:ignored_columns as text[]), :crs, :conversion, :replays, cast(:options as jsonb), :loaded_by, cast(:started_at as timestamptz), cast(:finished_at as timestamptz))
returning load_id
