-- one row: the screen that shows this code, if the code still holds; key code. Machine's time
select code, address, agent, asked_at, expires_at from access.wall_request where code = :code and expires_at > :now
