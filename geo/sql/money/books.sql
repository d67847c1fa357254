-- One row is a book: funds (they keep balances), programmes (grants of a year, no income), flows (orders without a fund);
-- key book; entries known at :today for the viewer and the area,
-- their sum (site's currency; to choose a unit by), first and last day.
with dated as (
  select e.amount, case when e.fund_id is null then 'flows' when n.fund_kind = 'programme' then 'programmes' else 'funds' end as book,
         coalesce(e.occurred_on, make_date(e.fiscal_year, 1, 1)) as first_on,
         coalesce(e.occurred_on, make_date(e.fiscal_year, 12, 31)) as counts_on
  from core.ledger_entry e
  left join mart.fund_name n on n.fund_id = e.fund_id
  left join core.fund f on f.fund_id = e.fund_id
  where e.repeats_code is null
    and (cast(:area_id as int) is null or :area_id in (e.street_id, e.community_id, e.grid_id)
         or :area_id in (f.street_id, f.community_id))
)
select book, count(*) as entries, sum(amount) as amount, min(first_on) as first_on, max(counts_on) as last_on
from dated where counts_on <= :today group by book
union all
select 'funds', 0, 0, null, null
where exists (select from core.fund f where f.fund_kind <> 'programme'
                and (cast(:area_id as int) is null or :area_id in (f.street_id, f.community_id)))
  and not exists (select from dated where counts_on <= :today and book = 'funds')
