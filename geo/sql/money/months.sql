-- One row is what moved in one calendar month or day (:step; days of the site) of [:start, :end) in one part of the scope; key (month, part);
-- amounts in the site's currency. month = its first day (the day itself); null: entries that state only a year which [:start, :end) touches.
-- part: balanced (held funds whose ledger states what came in), unstated (held funds whose ledger does not), elsewhere
-- (spending of other funds in the area), payments (books without balances). received, passed_on: transfers from and to
-- funds that are not balanced; those between balanced funds are eliminated. Openings move nothing.
, stated as (
  select fund_id from ledger where is_held and entry_kind in ('opening', 'income')
  union
  select counter_fund_id from ledger where is_counter_held and entry_kind = 'transfer'
),
dated_or_not as (
  select k.*, s.fund_id is not null as is_balanced, c.fund_id is not null as is_counter_balanced,
         cast(date_trunc(:step, k.occurred_on) as date) as month
  from ledger k
  left join stated s on s.fund_id = k.fund_id
  left join stated c on c.fund_id = k.counter_fund_id
  where k.occurred_on >= :start and k.occurred_on < :end
     or k.occurred_on is null and make_date(k.fiscal_year, 1, 1) < :end and make_date(k.fiscal_year + 1, 1, 1) > :start
),
movement as (
  select month, amount, case entry_kind when 'transfer' then 'passed_on' else entry_kind end as kind,
         case when :book <> 'funds' then 'payments' when is_balanced then 'balanced' when is_held then 'unstated'
              else 'elsewhere' end as part
  from dated_or_not
  where case when :book <> 'funds' then entry_kind in ('expense', 'committed')
             when entry_kind = 'transfer' then is_held and not (is_balanced and is_counter_balanced)
             else entry_kind = 'expense' or (is_held and entry_kind in ('income', 'committed')) end
  union all
  select month, amount, 'received', 'balanced'
  from dated_or_not
  where :book = 'funds' and entry_kind = 'transfer' and is_counter_held and not is_balanced
)
select month, part,
       coalesce(sum(amount) filter (where kind = 'income'), 0) as income,
       coalesce(sum(amount) filter (where kind = 'received'), 0) as received,
       coalesce(sum(amount) filter (where kind = 'expense'), 0) as expense,
       coalesce(sum(amount) filter (where kind = 'passed_on'), 0) as passed_on,
       coalesce(sum(amount) filter (where kind = 'committed'), 0) as committed,
       count(*) as entries
from movement
group by month, part
order by month nulls last, part
