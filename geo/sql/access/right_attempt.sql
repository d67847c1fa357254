-- the attempt was right
update access.attempt set is_ok = true where attempt_id = :attempt_id
