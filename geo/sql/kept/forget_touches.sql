-- one row is a touch that every kept month knows. Key: touch_id.
delete from mart.touch where touch_id <= (select min(m.touch_id) from mart.kept_month m)
