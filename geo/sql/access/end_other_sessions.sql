-- ends all open sessions of the account but :kept (null: none is kept); an ended one keeps its first end
update access.session set ended_at = :now, ended_why = :why
where ended_at is null and account_id = :account_id and (cast(:kept as bigint) is null or session_id <> :kept)
