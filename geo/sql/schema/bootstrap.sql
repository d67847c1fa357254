-- What a superuser (or the DBA) does once for a database: login roles, extension, ownership.
-- Idempotent. Roles have no password here: the embedded cluster trusts its private socket;
-- on a server of your own set passwords (or peer/cert rules) before the program logs in.
do $$
declare
  login text;
begin
  foreach login in array array['cockpit_owner', 'cockpit_load', 'cockpit_app', 'cockpit_wall', 'cockpit_gate'] loop
    if not exists (select from pg_roles where rolname = login) then
      execute format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole', login);
    end if;
  end loop;
  execute format('grant create, connect on database %I to cockpit_owner', current_database());
  execute format('revoke temporary on database %I from public', current_database());
  execute format('grant temporary, connect on database %I to cockpit_load', current_database());
end
$$;
revoke create on schema public from public;
create extension if not exists postgis with schema public;
create schema if not exists ops authorization cockpit_owner;
-- objects of these belong to no schema, no policy and no backup; read-only transactions could fill the disk by them
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
-- runs with its owner's rights and tells where the points of a table lie, past policies and grants
revoke execute on function public.st_estimatedextent(text, text), public.st_estimatedextent(text, text, text),
  public.st_estimatedextent(text, text, text, boolean) from public;
