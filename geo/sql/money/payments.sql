-- One row is what one payer paid or promised through one programme (or without a fund) to one payee, use or area in the
-- window; key (payer, fund_id, target); amount in the site's currency. For ledgers that state no income.
select
  l.payer, l.fund_id, l.fund_name,
  case :toward when 'use' then l.use_kind when 'payee' then l.payee else a.name end as target,
  sum(l.amount) as amount, count(*) as entries
from ledger l
left join mart.area_name a
  on :toward = 'area'
 and a.area_id = case :level when 'street' then l.street_id when 'grid' then l.grid_id else l.community_id end
where l.in_window and l.entry_kind in ('expense', 'committed')
group by 1, 2, 3, 4
order by 5 desc, 1, 2, 4
