-- one row is a row of the file that was taken back. Key: row_number.
select row_number from pg_temp.staging
