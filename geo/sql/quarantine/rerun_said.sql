-- one row: how many rows are run again; told = a digest of which they are and of their corrections
select count(*) as rows, md5(string_agg(row_number || ':' || coalesce(decision_id, 0), ',' order by row_number)) as told from pg_temp.rerun
