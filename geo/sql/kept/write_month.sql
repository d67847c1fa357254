-- one row is the month whose tallies follow. Key: month.
insert into mart.kept_month (month, zone, starts_at, closes_at, counted_at, holds_from, holds_until, renew_at, touch_id, data_version, definitions)
select :month, :zone, cast(:starts as timestamptz), cast(:ends as timestamptz), ops.clock(), cast(:holds_from as timestamptz),
       coalesce(cast(:holds_until as timestamptz), 'infinity'), coalesce(cast(:renew_at as timestamptz), 'infinity'), :touch_id, v.version,
       cast(:definitions as jsonb)
from ops.data_version v
