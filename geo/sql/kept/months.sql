-- one row is one window that is a kept month, still as it was counted and so at the viewer's clock; key window_no.
-- definitions = the hash of each family that it was counted by
select w.window_no::int as window_no, m.month, m.definitions
from unnest(cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) with ordinality as w (starts, ends, window_no)
join mart.kept_month m on m.starts_at = w.starts and m.closes_at = w.ends and m.zone = :zone
where m.holds_from <= ops.clock() and m.holds_until > ops.clock() and not exists (
  select from mart.touch t where t.touch_id > m.touch_id and t.until_at >= m.starts_at and t.from_at < m.closes_at
)
