-- one row: which committed state of all areas the store shows. Areas are never removed, and a version that is added or changed bears
-- the number of a later transaction, so no two committed states of one database share count and sum.
select (select oid from pg_database where datname = current_database())::bigint as database, pg_postmaster_start_time() as since,
       count(*) as versions, sum(xmin::text::numeric)::text as written
from core.area
