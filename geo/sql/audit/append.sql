-- one row is one thing that somebody did, at the clock; recorded_at is the machine's moment. Key: audit_id.
insert into ops.audit (occurred_at, viewer, role, account_id, address, action, object, detail, result, purpose, row_ids, is_sensitive)
values (ops.clock(), :viewer, :role, :account_id, :address, :action, :object, cast(:detail as jsonb), :result, :purpose,
        cast(:row_ids as text[]), :is_sensitive)
