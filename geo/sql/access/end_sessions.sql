-- ends the session, or all open ones of the account (session_id null); an ended one keeps its first end
update access.session set ended_at = :now, ended_why = :why
where ended_at is null and account_id = :account_id and (cast(:session_id as bigint) is null or session_id = :session_id)
