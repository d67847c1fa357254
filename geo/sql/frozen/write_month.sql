-- one row is the month whose figures follow. Key: seq.
insert into mart.frozen_month (seq, month, frozen_at, frozen_by, role, data_version, boundary_version, calendar_version, definitions, figures,
                               body_hash, chain_hash)
values (:seq, :month, cast(:frozen_at as timestamptz), :frozen_by, :role, :data_version, :boundary_version, :calendar_version,
        cast(:definitions as jsonb), :figures, :body_hash, :chain_hash)
