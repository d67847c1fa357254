-- the wall's session is the one of the browser that showed the code: token_hash = sha256 of the value that it keeps
insert into access.session (token_hash, account_id, method, address, agent, created_at, last_seen_at, expires_at)
values (:token_hash, :account_id, 'code', :address, :agent, :now, :now, :expires_at)
