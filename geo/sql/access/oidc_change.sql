-- what the provider says of the account now
update access.account set display_name = :display_name, role = :role, level = :level where login = :login
