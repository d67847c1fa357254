-- no row: statistics of the heads; without them the planner may read the whole staging once a row
analyze pg_temp.staging
