-- one row is a ledger entry whose texts, in clear so far, become masked and sealed; nulls leave a column as it is. Key: id.
update core.ledger_entry e
set payer = coalesce(n.payer, e.payer), payee = coalesce(n.payee, e.payee), reason = coalesce(n.reason, e.reason),
    earmark = coalesce(n.earmark, e.earmark), payer_sealed = n.payer_sealed, payee_sealed = n.payee_sealed,
    reason_sealed = n.reason_sealed, earmark_sealed = n.earmark_sealed, payer_ref = n.payer_ref, payee_ref = n.payee_ref
from unnest(cast(:id as bigint[]), cast(:payer as text[]), cast(:payee as text[]), cast(:reason as text[]), cast(:earmark as text[]),
            cast(:payer_sealed as text[]), cast(:payee_sealed as text[]), cast(:reason_sealed as text[]), cast(:earmark_sealed as text[]),
            cast(:payer_ref as text[]), cast(:payee_ref as text[]))
     as n (id, payer, payee, reason, earmark, payer_sealed, payee_sealed, reason_sealed, earmark_sealed, payer_ref, payee_ref)
where e.entry_id = n.id
