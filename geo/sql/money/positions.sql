-- One row is a held fund; key fund_id; money in the site's currency; balances to the day before :start and :end.
-- opening counts opening entries of the window too: an opening is not an income. Committed entries enter no balance.
-- states_outflow: a source of the fund's entries states some outflow, of this fund or another; else its balance is unknown. untold_12m: income of kinds that
-- do not say whether it is self-generated.
-- *_12m: the year that ends before :end (begins :year_start). last_charitable_on: last expense that is no overhead.
, movement as (
  select fund_id, entry_kind as kind, source_kind, use_kind, counts_on, in_window, amount,
         case entry_kind when 'opening' then amount when 'income' then amount when 'committed' then 0 else -amount end as change
  from ledger where is_held
  union all
  select counter_fund_id, 'received', null, null, counts_on, in_window, amount, amount
  from ledger where is_counter_held and entry_kind = 'transfer'
),
outflow as (
  select fund_id, bool_or(core.states_outflow(source_id, :today)) as states_outflow
  from (select distinct fund_id, source_id from ledger where is_held) told
  group by fund_id
)
select
  f.fund_id, f.fund_code, f.name, f.fund_kind, f.purpose, f.opened_on, a.name as area_name,
  coalesce(o.states_outflow, true) as states_outflow,
  count(m.fund_id) as entries,
  min(m.counts_on) as first_on,
  coalesce(bool_or(m.kind in ('opening', 'income', 'received')), false) as has_income,
  coalesce(sum(m.change) filter (where m.counts_on < :start or (m.kind = 'opening' and m.counts_on < :end)), 0) as opening,
  coalesce(sum(m.amount) filter (where m.in_window and m.kind = 'income'), 0) as income,
  coalesce(sum(m.amount) filter (where m.in_window and m.kind = 'expense'), 0) as expense,
  coalesce(sum(m.amount) filter (where m.in_window and m.kind = 'received'), 0) as received,
  coalesce(sum(m.amount) filter (where m.in_window and m.kind = 'transfer'), 0) as passed_on,
  coalesce(sum(m.change) filter (where m.counts_on < :end), 0) as closing,
  coalesce(sum(m.amount) filter (where m.in_window and m.kind = 'committed'), 0) as committed,
  max(m.counts_on) filter (where m.counts_on < :end and m.kind = 'expense'
                             and coalesce(m.use_kind, '') <> all (cast(:overhead as text[]))) as last_charitable_on,
  coalesce(sum(m.change) filter (where m.counts_on < :year_start
                                    or (m.kind = 'opening' and m.counts_on < :end)), 0) as opening_12m,
  coalesce(sum(m.amount) filter (where m.counts_on >= :year_start and m.counts_on < :end
                                   and m.kind = 'income'), 0) as income_12m,
  coalesce(sum(m.amount) filter (where m.counts_on >= :year_start and m.counts_on < :end and m.kind = 'income'
                                   and m.source_kind = any (cast(:self_generated as text[]))), 0) as self_generated_12m,
  coalesce(sum(m.amount) filter (where m.counts_on >= :year_start and m.counts_on < :end and m.kind = 'income'
                                   and m.source_kind = any (cast(:untold as text[]))), 0) as untold_12m,
  coalesce(sum(m.amount) filter (where m.counts_on >= :year_start and m.counts_on < :end and m.kind = 'expense'
                                   and coalesce(m.use_kind, '') <> all (cast(:overhead as text[]))), 0) as charitable_12m
from held f
left join movement m on m.fund_id = f.fund_id
left join outflow o on o.fund_id = f.fund_id
left join core.area a on a.area_id = coalesce(f.community_id, f.street_id)
group by f.fund_id, o.states_outflow, f.fund_code, f.name, f.fund_kind, f.purpose, f.opened_on, a.name
order by f.fund_code
