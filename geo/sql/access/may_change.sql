-- one row: may = whether who asks may change accounts at this moment: the role's right, and an account (if it is one) that is enabled and still of that role
select ops.viewer_may('act.accounts') and ops.viewer_level() = 'site'
       and (cast(:account_id as int) is null
            or exists (select from access.account where account_id = :account_id and disabled_at is null and role = :role and level = 'site')) as may
