-- the same password of the account under a newer hash (argon2id), unless the password was changed meanwhile
update access.account set password_hash = :password_hash
where account_id = :account_id and password_hash = :outdated and disabled_at is null
