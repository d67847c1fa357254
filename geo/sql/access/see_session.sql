-- the session was used now from the address (machine's time); expires_at null: it ends when it would have
update access.session set last_seen_at = :now, seen_from = :address, expires_at = coalesce(cast(:expires_at as timestamptz), expires_at)
where session_id = :session_id and last_seen_at < :now
