-- one row is the month that is counted anew; its tallies go with it. Key: month.
delete from mart.kept_month where month = :month
