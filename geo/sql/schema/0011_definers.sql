-- Functions that run with their owner's rights look for names in the session's temporary objects last. Without being named
-- there pg_temp comes first: whoever may make a temporary type called "text" would have it checked with the owner's rights.
do $$
declare
  definer regprocedure;
begin
  for definer in
    select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef and n.nspname in ('core', 'landing', 'mart', 'ops', 'access')
  loop
    execute format('alter function %s set search_path = pg_catalog, pg_temp', definer);
  end loop;
end
$$;
