-- one row: the new account's id; no row where the login is taken
insert into access.account (login, display_name, role, level, password_hash, must_change, is_demo, issuer, subject, created_at, created_by)
values (:login, :display_name, :role, :level, :password_hash, :must_change, :is_demo, :issuer, :subject, :now, :created_by)
on conflict (login) do nothing
returning account_id
