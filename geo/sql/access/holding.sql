-- one row is one of the sessions :sessions that holds at :now (a wall's grows not idle). Key: session_id
select s.session_id
from access.session s
join access.account a using (account_id)
where s.session_id = any (:sessions) and a.disabled_at is null and s.ended_at is null and s.expires_at > :now
