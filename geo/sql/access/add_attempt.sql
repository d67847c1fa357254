-- one row: an attempt that counts as wrong until the password was found right (machine's time)
insert into access.attempt (login, address, tried_at, is_ok) values (:login, :address, :now, false) returning attempt_id
