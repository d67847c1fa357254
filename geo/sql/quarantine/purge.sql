-- one row is a refused row as received whose last day is over
delete from landing.row where expires_on < cast(:today as date)
