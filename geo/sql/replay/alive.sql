-- one row, one column: 1 while this session lives
select 1 as is_alive
