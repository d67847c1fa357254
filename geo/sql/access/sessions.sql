-- one row is one session of the account that holds at :now, the latest used first; key session_id; idle since before :idle_since ends all but the wall's
select s.session_id, s.method, s.address, s.agent, s.created_at, s.last_seen_at, s.expires_at
from access.session s
join access.account a using (account_id)
where s.account_id = :account_id and a.disabled_at is null and s.ended_at is null and s.expires_at > :now
  and (a.role = 'wall' or s.last_seen_at >= :idle_since)
order by s.last_seen_at desc, s.session_id
