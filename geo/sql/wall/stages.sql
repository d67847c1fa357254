-- one row is one stage of one class of response in one window (from 1); key (window_no, response_class, stage). Lengths in whole seconds
select window_no, response_class, stage, n, p50_s, p90_s, seconds
from mart.wall_stages(cast(:starts as timestamptz[]), cast(:ends as timestamptz[]))
