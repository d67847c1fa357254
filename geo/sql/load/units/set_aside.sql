-- no row: the staged units step aside, so that the heads made of them go the way of all incidents
alter table pg_temp.staging rename to staged_unit
