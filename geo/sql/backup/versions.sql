-- one row: what made this store: the server's version and its major version, PostGIS, the schema's revision, the data version
select current_setting('server_version') as postgres,
       current_setting('server_version_num')::int / 10000 as major,
       (select extversion from pg_extension where extname = 'postgis') as postgis,
       (select version_num from ops.schema_version) as revision,
       (select version from ops.data_version) as data_version
