-- one row is a window of [:starts, :ends) with arrivals; key window_no (from 1); see mart.wall_promises
select window_no, numerator, denominator
from mart.wall_promises(cast(:starts as timestamptz[]), cast(:ends as timestamptz[]))
