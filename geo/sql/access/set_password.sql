-- the account's password is the one of this hash; must_change = it holds for one sign-in only
update access.account set password_hash = :password_hash, must_change = :must_change where account_id = :account_id
