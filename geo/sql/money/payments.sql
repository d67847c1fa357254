-- One row is what one payer paid or promised through one programme (or without a fund) to one payee, use or area in the
-- window; key (payer_key, fund_id, target_key); amount in the site's currency. For ledgers that state no income.
-- payer_key, target_key tell apart who looks alike when masked; payer and target are what may be shown.
select
  coalesce(l.payer_ref, l.payer) as payer_key, min(l.payer) as payer, l.fund_id, l.fund_name,
  case :toward when 'use' then l.use_kind when 'payee' then coalesce(l.payee_ref, l.payee) else a.name end as target_key,
  min(case :toward when 'use' then l.use_kind when 'payee' then l.payee else a.name end) as target,
  sum(l.amount) as amount, count(*) as entries
from ledger l
left join mart.area_name a
  on :toward = 'area'
 and a.area_id = case :level when 'street' then l.street_id when 'grid' then l.grid_id else l.community_id end
where l.in_window and l.entry_kind in ('expense', 'committed')
group by payer_key, l.fund_id, l.fund_name, target_key
order by 7 desc, 2, 3, 6, 1, 5
