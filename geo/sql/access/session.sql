-- one row: the session of a cookie's hash with its account; no row for a hash that was never given out. area_ids = every version of the account's areas
select s.session_id, s.method, s.created_at, s.last_seen_at, s.expires_at, s.ended_at, s.ended_why,
       a.account_id, a.login, a.display_name, a.role, a.level, a.must_change, a.is_demo, a.disabled_at,
       coalesce((select array_agg(c.area_id) from access.account_area r join core.area c on c.level = r.level and c.code = r.code
                 where r.account_id = a.account_id), '{}') as area_ids
from access.session s
join access.account a using (account_id)
where s.token_hash = :token_hash
