-- screens whose code ran out and that did not ask for another one since :gone wait no longer
delete from access.wall_request where expires_at <= :gone
