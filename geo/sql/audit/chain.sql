-- one row is a line of the audit trail after :after, by seq, at most :rows. Key: seq. is_whole = what the line says (of a stub: its moment and
-- kind) gives its content_hash, and a stub is old enough for the law. The hashes are computed here, not by functions of the store.
select seq, content_hash, chain_hash, purged_at is not null as is_stub,
       content_hash = sha256(body_hash || convert_to(
         to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || case when is_sensitive then ' sensitive' else '' end, 'UTF8'))
       and case when purged_at is null
                then body_hash = sha256(convert_to(jsonb_build_array(
                  audit_id, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), viewer, account_id, role,
                  address, action, object, detail, result, purpose, to_jsonb(row_ids))::text, 'UTF8'))
                else recorded_at <= clock_timestamp() - case when is_sensitive then interval '1096 days' else interval '184 days' end
           end as is_whole
from ops.audit
where seq > :after
order by seq
limit :rows
