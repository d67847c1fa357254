-- one row is an area with reports in the window number window_no of [:starts, :ends); key (window_no, level, code); see mart.wall_reported
select window_no, level, code, n, n_private
from mart.wall_reported(cast(:starts as timestamptz[]), cast(:ends as timestamptz[]))
