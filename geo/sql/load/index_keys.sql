-- no row: index on the natural key; without it a join whose size the planner misjudges reads the whole staging once a row
create index staging_key on pg_temp.staging (natural_key)
