-- no row: the staged units are the rows of the file again, which are counted
alter table pg_temp.staged_unit rename to staging
