-- one row: what the login of this connection is, itself or by what it may become; is_owner = owner of a table of ours
with mine as (
  select oid, rolname, rolsuper, rolbypassrls from pg_roles where pg_has_role(current_user, oid, 'member'))
select current_user::text as name, bool_or(rolsuper) as is_super, bool_or(rolbypassrls) as is_bypassing,
       exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname in ('core', 'landing', 'mart', 'ops', 'access') and c.relkind in ('r', 'p', 'v', 'm')
                 and c.relowner in (select oid from mine)) as is_owner
from mine
