-- one row is one thing that somebody did, at the clock. Key: audit_id.
insert into ops.audit (occurred_at, viewer, action, object, detail)
values (ops.clock(), :viewer, :action, :object, cast(:detail as jsonb))
