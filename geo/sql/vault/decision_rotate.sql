-- one row is a correction of a refused row that is sealed anew with the newest key. Key: id.
update ops.decision d set cells_sealed = n.cells_sealed
from unnest(cast(:id as bigint[]), cast(:cells_sealed as text[])) as n (id, cells_sealed) where d.decision_id = n.id
