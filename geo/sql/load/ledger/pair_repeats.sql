-- one row is a staged new entry of the layer :file that repeats one of the layer :of (both with a slash at the end): the nth of
-- those equal in the columns :by with the nth, none twice. Who paid and
-- who got it are compared by the digest of the original where it is masked. :stored_only: only entries that the store holds already are repeated.
with pool as (
  select natural_key as code, true as is_new, occurred_on, coalesce(payer_ref, payer_shown) as payer, coalesce(payee_ref, payee_shown) as payee, amount, kind, source_kind, project
  from pg_temp.staging where fate is null and repeats_code is null
  union all
  select entry_code, false, occurred_on::text, coalesce(payer_ref, payer), coalesce(payee_ref, payee), amount, entry_kind, source_kind, project
  from core.ledger_entry e
  where source_id = :source_id and repeats_code is null and starts_with(entry_code, :of)
    and not exists (select from core.ledger_entry r
                    where r.source_id = e.source_id and r.repeats_code = e.entry_code and starts_with(r.entry_code, :file))
), told as (
  select code, is_new, concat_ws(E'\x1f',
           case when 'occurred_on' = any (cast(:by as text[])) then coalesce(occurred_on, '') end,
           case when 'payer' = any (cast(:by as text[])) then coalesce(payer, '') end,
           case when 'payee' = any (cast(:by as text[])) then coalesce(payee, '') end,
           case when 'amount' = any (cast(:by as text[])) then amount::text end,
           case when 'kind' = any (cast(:by as text[])) then kind end,
           case when 'source_kind' = any (cast(:by as text[])) then coalesce(source_kind, '') end,
           case when 'project' = any (cast(:by as text[])) then coalesce(project, '') end) as alike
  from pool
), numbered as (
  select code, alike, starts_with(code, :file) as is_repeating,
         row_number() over (partition by alike, starts_with(code, :file) order by code) as place
  from told
  where (is_new and starts_with(code, :file)) or (starts_with(code, :of) and not (is_new and :stored_only))
)
update pg_temp.staging s
set repeats_code = o.code, notes = concat_ws(',', s.notes, 'published_twice')
from numbered r join numbered o on o.alike = r.alike and o.place = r.place and r.is_repeating and not o.is_repeating
where s.natural_key = r.code and s.fate is null
