-- the account's name, role and level become these
update access.account set display_name = :display_name, role = :role, level = :level where account_id = :account_id
