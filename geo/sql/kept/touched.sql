-- one row: the last touch of the month [:starts, :ends), and the last of all; 0 without any
select coalesce(max(t.touch_id) filter (where t.until_at >= cast(:starts as timestamptz) and t.from_at < cast(:ends as timestamptz)), 0) as of_month,
       coalesce(max(t.touch_id), 0) as of_all
from mart.touch t
