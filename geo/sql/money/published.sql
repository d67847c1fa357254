-- One row is a day of which a publisher states totals, beside what the entries of the ledger it totals add up to; key
-- (source, through_on); money in the site's currency. counted_day, counted_total: entries of that day, and through it, that the
-- viewer sees; what was published twice counts once. is_missing: the ledger's mapping says that nothing was published of the day.
with counted as (
  select s.code, e.occurred_on, sum(e.amount) as amount, count(*) as entries
  from core.ledger_entry e join core.source s using (source_id)
  where e.occurred_on <= :today and e.entry_kind = 'income' and e.repeats_code is null
    and s.code in (select of_source from core.published_total)
  group by s.code, e.occurred_on
)
select o.name as source, p.through_on, p.money_day, p.money_total, p.goods_day, p.goods_total, p.both_total,
       coalesce(sum(c.amount) filter (where c.occurred_on = p.through_on), 0) as counted_day,
       coalesce(sum(c.amount), 0) as counted_total,
       coalesce(sum(c.entries), 0)::bigint as entries,
       exists (select from core.source_gap g join core.source l on l.source_id = g.source_id
               where l.code = p.of_source and g.missing_on = p.through_on) as is_missing
from core.published_total p
join core.source o on o.source_id = p.source_id
left join counted c on c.code = p.of_source and c.occurred_on <= p.through_on
where p.through_on <= :today and p.through_on >= :start and p.through_on < :end
group by p.published_total_id, o.name
order by o.name, p.through_on
