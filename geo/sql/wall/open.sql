-- one row is one of :moments; key moment_no (from 1); open and overdue cases at it, private ones (n_private) from 5 on; see mart.wall_open
select moment_no, n_open, n_overdue, n_private from mart.wall_open(cast(:moments as timestamptz[])) order by moment_no
