-- the account is disabled since :at (the machine's time), or enabled (null)
update access.account set disabled_at = :at where account_id = :account_id
