-- no row: what the planner must know of the rows that are run again
analyze pg_temp.rerun
