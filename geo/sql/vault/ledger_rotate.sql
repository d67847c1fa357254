-- one row is a ledger entry whose sealed texts are sealed anew with the newest key. Key: id.
update core.ledger_entry e
set payer_sealed = n.payer_sealed, payee_sealed = n.payee_sealed, reason_sealed = n.reason_sealed, earmark_sealed = n.earmark_sealed
from unnest(cast(:id as bigint[]), cast(:payer_sealed as text[]), cast(:payee_sealed as text[]), cast(:reason_sealed as text[]),
            cast(:earmark_sealed as text[])) as n (id, payer_sealed, payee_sealed, reason_sealed, earmark_sealed)
where e.entry_id = n.id
