-- one row is one table of ours: its rows, and a hash of them all that does not depend on their order (two sums over 64 bits of
-- each row's sha256, hashed together). Says nothing of a single row. Needs steady.sql in the same transaction to be comparable.
with ours as (
  select n.nspname, c.relname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('access', 'core', 'landing', 'mart', 'ops') and c.relkind = 'r'),
counted as (
  select nspname || '.' || relname as name,
         query_to_xml(format($q$
           select count(*) as n, coalesce(sum(('x' || left(h, 16))::bit(64)::bigint), 0) as a,
                  coalesce(sum(('x' || substr(h, 17, 16))::bit(64)::bigint), 0) as b
           from (select encode(sha256(convert_to(t::text, 'UTF8')), 'hex') as h from %I.%I t) hashed$q$, nspname, relname),
           false, true, '') as told
  from ours)
select name, (xpath('/row/n/text()', told))[1]::text::bigint as rows,
       encode(sha256(convert_to(concat_ws(':', xpath('/row/n/text()', told), xpath('/row/a/text()', told), xpath('/row/b/text()', told)), 'UTF8')), 'hex') as hash
from counted
order by name collate "C"
