-- one row is a new staged outflow of a fund that with this load has paid out more than it took in: kept, and noted. A fund of which
-- the store knows no inflow at all is not judged. Amounts in the site's currency.
with touched as (
  select distinct fund_id from pg_temp.staging where fate is null and kind in ('expense', 'transfer') and fund_id is not null
), moved as (
  select e.fund_id, case when e.entry_kind in ('opening', 'income') then e.amount else -e.amount end as amount,
         e.entry_kind in ('opening', 'income') as is_inflow
  from core.ledger_entry e join touched using (fund_id)
  where e.repeats_code is null and e.entry_kind in ('opening', 'income', 'expense', 'transfer')
  union all
  select t.fund_id, e.amount, true
  from core.ledger_entry e join touched t on t.fund_id = e.counter_fund_id
  where e.repeats_code is null and e.entry_kind = 'transfer'
), overdrawn as (
  select fund_id from moved group by fund_id having sum(amount) < 0 and bool_or(is_inflow)
)
update pg_temp.staging s set notes = concat_ws(',', s.notes, 'overdraft')
where s.fate is null and s.kind in ('expense', 'transfer') and s.fund_id in (select fund_id from overdrawn)
