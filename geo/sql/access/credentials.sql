-- one row: what a password of the login is compared with; no row for an unknown login
select account_id, password_hash from access.account where login = :login and disabled_at is null
