-- one row: the account of the login is from now on this subject's; no row where there is none, or it is another subject's
update access.account set issuer = :issuer, subject = :subject
where login = :login and not is_demo and not is_paired and (issuer is null or (issuer = :issuer and subject = :subject))
returning login
