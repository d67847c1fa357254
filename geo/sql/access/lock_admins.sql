-- one row is one enabled administrator that is no sample account, locked until the transaction ends, always in the same order; key account_id
select account_id from access.account where role = 'admin' and disabled_at is null and not is_demo order by account_id for update
