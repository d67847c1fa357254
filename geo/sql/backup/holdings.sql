-- one row is one table that is not empty among those that migrations leave empty: whatever it holds came by use
select name, n
from (
  select n.nspname || '.' || c.relname as name,
         (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from (select from %I.%I limit 1) first', n.nspname, c.relname), false, true, '')))[1]::text::int as n
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r'
    and (n.nspname in ('core', 'landing') or n.nspname || '.' || c.relname in ('access.account', 'ops.load', 'ops.quarantine', 'ops.audit'))) told
where n > 0
order by name collate "C"
