-- one row is one account, by login; key account_id; areas = "level:code" of each of its areas; last_seen_at = its newest session's (machine's time)
select a.account_id, a.login, a.display_name, a.role, a.level, a.must_change, a.is_demo, a.is_paired, a.issuer, a.disabled_at, a.created_at, a.created_by,
       a.password_hash is not null as has_password,
       coalesce((select array_agg(r.level || ':' || r.code order by r.level, r.code) from access.account_area r
                 where r.account_id = a.account_id), '{}') as areas,
       (select max(s.last_seen_at) from access.session s where s.account_id = a.account_id) as last_seen_at
from access.account a
where cast(:login as text) is null or a.login = :login
order by a.login
