-- one row: the screen whose code has run out shows another one; no row where it was renewed meanwhile, or another one shows that code
update access.wall_request set code = :code, expires_at = :expires_at
where secret_hash = :secret_hash and expires_at <= :now and not exists (select from access.wall_request o where o.code = :code)
returning code
