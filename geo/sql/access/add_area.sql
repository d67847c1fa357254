-- one row is one area of an account, by its identity (level, code)
insert into access.account_area (account_id, level, code) values (:account_id, :level, :code) on conflict do nothing
