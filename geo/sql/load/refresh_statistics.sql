-- one row, no value: the planner's statistics of the tables that loads fill are made anew
select ops.refresh_statistics()
