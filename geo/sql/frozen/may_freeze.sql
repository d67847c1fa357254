-- one row, one column: whether who is looking may freeze a month; it is of the whole site
select ops.viewer_level() = 'site' and ops.viewer_may('act.freeze') as may
