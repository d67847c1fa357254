-- one row: whether the judging gave any staged row a fate
select exists (select from pg_temp.staging where fate is not null) as has_fates
