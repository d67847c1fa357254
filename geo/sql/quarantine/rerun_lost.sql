-- one row is a row that is run again and was kept too long ago, the first ones by row of the file
select w.row_number as "row" from pg_temp.rerun w
where not exists (select from landing.row o where o.load_id = :load_id and o.row_number = w.row_number)
order by w.row_number limit :most
