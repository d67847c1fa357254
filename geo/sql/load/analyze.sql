-- no row: what the planner must know of the staging table
analyze pg_temp.staging (natural_key)
