-- One row is what flowed in the window between one fund and one source kind, use, area, payee or other fund;
-- key (side, fund_id, code); amount in the site's currency. side: income, expense; received, passed_on (to or from a fund
-- that is not held); between (from fund_id to counter_fund_id, both held). Committed entries are not here (positions.sql).
-- payee: as it may be shown, where code is a payee (then the digest of one whose name is masked).
, flow as (
  select
    case when entry_kind <> 'transfer' then entry_kind
         when is_held and is_counter_held then 'between'
         when is_held then 'passed_on' else 'received' end as side,
    case when entry_kind = 'transfer' and not is_held then counter_fund_id else fund_id end as fund_id,
    case when entry_kind = 'transfer' and is_held and is_counter_held then counter_fund_id end as counter_fund_id,
    is_held or is_counter_held as is_held,
    case
      when entry_kind = 'income' then coalesce(source_kind, '')
      when entry_kind = 'transfer' then ''
      when :toward = 'use' then coalesce(use_kind, '')
      when :toward = 'payee' then coalesce(payee_ref, payee, '')
      else coalesce(cast(case :level when 'street' then street_id when 'grid' then grid_id else community_id end as text), '')
    end as code,
    case when :toward = 'payee' and entry_kind = 'expense' then payee end as payee,
    amount
  from ledger
  where in_window and (entry_kind in ('expense', 'transfer') or (entry_kind = 'income' and is_held))
)
select w.side, w.fund_id, w.counter_fund_id, w.is_held, f.name as fund_name, w.code,
       case when :toward = 'area' and w.side = 'expense' then a.name end as area_name,
       min(w.payee) as payee,
       sum(w.amount) as amount, count(*) as entries
from flow w
left join mart.fund_name f on f.fund_id = w.fund_id
left join mart.area_name a on :toward = 'area' and w.side = 'expense' and cast(a.area_id as text) = w.code
group by w.side, w.fund_id, w.counter_fund_id, w.is_held, f.name, w.code, a.name
order by w.side, w.fund_id, w.code
