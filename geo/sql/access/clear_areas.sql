-- takes all areas from an account
delete from access.account_area where account_id = :account_id
