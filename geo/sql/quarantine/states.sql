-- one row is a state of a load's refused rows, with how many rows of the file are in it
select state, count(*) as rows from ops.refused_row where load_id = :load_id group by state
