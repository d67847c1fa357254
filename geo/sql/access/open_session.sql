-- one row: a sign-in; token_hash = sha256 of the cookie's value; all times are the machine's
insert into access.session (token_hash, account_id, method, address, agent, created_at, last_seen_at, expires_at)
values (:token_hash, :account_id, :method, :address, :agent, :now, :now, :expires_at)
returning session_id
