-- one row is a refused value that is sealed anew with the newest key. Key: id.
update ops.quarantine q set value_sealed = n.value_sealed
from unnest(cast(:id as bigint[]), cast(:value_sealed as text[])) as n (id, value_sealed) where q.quarantine_id = n.id
