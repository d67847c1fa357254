-- no row: the heads are written
drop table pg_temp.staging
