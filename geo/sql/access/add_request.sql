-- one row: the screen waits from now on; no row where another one shows that code. secret_hash = sha256 of the cookie's value
insert into access.wall_request (secret_hash, code, address, agent, asked_at, expires_at)
values (:secret_hash, :code, :address, :agent, :now, :expires_at)
on conflict do nothing
returning code
