-- one row is the month that is counted anew; its figures go with it. Key: month.
delete from mart.published_month where month = :month
