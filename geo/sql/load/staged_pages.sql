-- one row: the number of pages of the staging table
select pg_relation_size('pg_temp.staging') / current_setting('block_size')::int as pages
