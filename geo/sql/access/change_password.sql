-- the account's own new password (argon2id); it must not be changed again
update access.account set password_hash = :password_hash, must_change = false where account_id = :account_id
