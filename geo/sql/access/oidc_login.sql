-- one row: the login of the provider's subject
select login from access.account where issuer = :issuer and subject = :subject
