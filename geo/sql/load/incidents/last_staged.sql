-- one row: the place of the last staged row behind the place `after`; null where there is none
select max(ctid)::text as last_place from pg_temp.staging where ctid > cast(:after as tid)
