-- the account's areas are told anew
delete from access.account_area where account_id = :account_id
