-- one row: what the database has before anything is restored: the server's major version, whether bootstrap.sql was run (extension,
-- logins that are missing), whether one of our schemas has tables, whether they are ours
select current_setting('server_version_num')::int / 10000 as major,
       current_setting('server_version') as postgres,
       exists (select from pg_extension where extname = 'postgis') as has_postgis,
       (select coalesce(array_agg(needed order by needed), '{}')
        from unnest(array['cockpit_app', 'cockpit_gate', 'cockpit_load', 'cockpit_owner', 'cockpit_wall']) needed
        where not exists (select from pg_roles where rolname = needed)) as missing_logins,
       exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname in ('access', 'core', 'landing', 'mart', 'ops') and c.relkind = 'r') as has_tables,
       to_regclass('ops.schema_version') is not null as is_ours
