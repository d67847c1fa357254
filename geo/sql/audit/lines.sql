-- one row is a line of the audit trail that the filters find (null: all), the newest first, at most :rows, numbered below :below. Key: seq.
select seq, recorded_at, occurred_at, viewer, account_id, role, address, action, object as target, detail, result, purpose, row_ids,
       is_sensitive, purged_at, encode(content_hash, 'hex') as content_hash, encode(chain_hash, 'hex') as chain_hash
from ops.audit
where seq < cast(:below as bigint)
  and (cast(:seq as bigint) is null or seq = :seq)
  and (cast(:viewer as text) is null or viewer = :viewer)
  and (cast(:action as text) is null or action = :action)
  and (cast(:result as text) is null or result = :result)
  and (cast(:since as timestamptz) is null or recorded_at >= :since)
  and (cast(:until as timestamptz) is null or recorded_at < :until)
order by seq desc
limit cast(:rows as bigint)
