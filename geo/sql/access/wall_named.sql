-- one row is the wall of that name that is not revoked; key account_id
select account_id from access.account where is_paired and disabled_at is null and display_name = :display_name
