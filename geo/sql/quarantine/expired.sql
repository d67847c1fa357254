-- one row: how many refused rows as received have passed the day until which they are kept, and of how many loads
select count(*) as rows, count(distinct load_id) as loads from landing.row where expires_on < cast(:today as date)
