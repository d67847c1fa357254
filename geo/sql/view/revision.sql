-- one row: the revision of the schema
select version_num from ops.schema_version
