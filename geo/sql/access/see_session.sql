-- the session was used now (machine's time)
update access.session set last_seen_at = :now where session_id = :session_id and last_seen_at < :now
