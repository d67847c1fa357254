-- one row: the new wall's account id; no row where the login is taken. No password: it gets in by its session alone
insert into access.account (login, display_name, role, level, is_paired, created_at, created_by)
values (:login, :display_name, 'wall', :level, true, :now, :created_by)
on conflict (login) do nothing
returning account_id
