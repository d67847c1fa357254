-- one row: the screen that waits with this secret; no row where none does; key secret_hash. Machine's time
select code, address, agent, asked_at, expires_at from access.wall_request where secret_hash = :secret_hash
