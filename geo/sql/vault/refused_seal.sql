-- one row is a refused value, in clear so far, that becomes masked and sealed. Key: id.
update ops.quarantine q set value = coalesce(n.value, q.value), value_sealed = n.value_sealed
from unnest(cast(:id as bigint[]), cast(:value as text[]), cast(:value_sealed as text[])) as n (id, value, value_sealed)
where q.quarantine_id = n.id
