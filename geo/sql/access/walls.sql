-- one row is one wall that was admitted by its code and is not revoked, by name; key account_id; areas = "level:code";
-- last_seen_at, seen_from = of its newest session (machine's time); is_open = a session of it holds at :now
select a.account_id, a.login, a.display_name as name, a.created_at as since, a.created_by as admitted_by,
       coalesce((select array_agg(r.level || ':' || r.code order by r.level, r.code) from access.account_area r
                 where r.account_id = a.account_id), '{}') as areas,
       s.last_seen_at, coalesce(s.seen_from, s.address) as seen_from, s.agent,
       coalesce(s.ended_at is null and s.expires_at > :now, false) as is_open
from access.account a
left join lateral (
  select * from access.session o where o.account_id = a.account_id order by o.created_at desc, o.session_id desc limit 1) s on true
where a.is_paired and a.disabled_at is null
order by a.display_name collate "C"
