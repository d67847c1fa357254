-- one row: the screen that showed this code, which is used up by this; no row where the code does not hold, or who asks may not
delete from access.wall_request where code = :code and expires_at > :now
returning secret_hash, address, agent
