-- one row: who the account of the login is as a viewer; no row for an unknown or disabled one. area_ids = every version of its areas
select a.account_id, a.login, a.role, a.level,
       coalesce((select array_agg(c.area_id) from access.account_area r join core.area c on c.level = r.level and c.code = r.code
                 where r.account_id = a.account_id), '{}') as area_ids
from access.account a
where a.login = :login and a.disabled_at is null
