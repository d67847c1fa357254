-- one row is one window (from 1) with the promise kept in it, as in wall/promise; key window_no
select w.window_no::int as window_no, p.numerator, p.denominator, p.is_covered
from unnest(cast(:starts as timestamptz[]), cast(:ends as timestamptz[])) with ordinality w (from_at, to_at, window_no)
cross join lateral mart.wall_promise(w.from_at, w.to_at) p
order by w.window_no
