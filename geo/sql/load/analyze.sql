-- no row: index on the natural key and statistics of the staging table; without them a join whose size the planner
-- misjudges reads the whole staging once a row
create index staging_key on pg_temp.staging (natural_key);
analyze pg_temp.staging
