-- ends all open sessions of the account but one
update access.session set ended_at = :now, ended_why = :why
where ended_at is null and account_id = :account_id and session_id <> :session_id
