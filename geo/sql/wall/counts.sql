-- one row is an area with its open and overdue cases; key (level, code); see mart.open_count
select level, code, n_open, n_overdue, n_private from mart.open_count
