-- one row: the number of pages of a table
select pg_relation_size(cast(:of_table as regclass)) / current_setting('block_size')::int as pages
