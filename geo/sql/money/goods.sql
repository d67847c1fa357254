-- One row is an item of goods in one unit and specification, in one direction, of one publisher (two may list the same lot);
-- key (source, direction, item, spec, unit). quantity is
-- counted in unit (null where no lot states one), unknown = lots without a quantity; stated_value in the site's currency, no money.
-- Lots of the window, and those without a day. found, all_lots, undated, valued: all such rows of the query, their lots, those of
-- them without a day, and their stated value.
with lots as (
  select g.direction, g.item, g.spec, g.unit, g.quantity, coalesce(g.recipient_ref, g.recipient) as whom, g.recipient,
         g.stated_value, g.occurred_on, s.name as source from core.goods_entry g join core.source s using (source_id)
  where (occurred_on is null or (occurred_on >= :start and occurred_on < :end and occurred_on <= :today))
)
select source, direction, item, spec, unit, sum(quantity) as quantity, count(*) as lots, count(*) filter (where quantity is null) as unknown,
       count(distinct whom) as recipients, min(recipient) as recipient, sum(stated_value) as stated_value,
       count(*) over () as found, sum(sum(stated_value)) over () as valued, sum(count(*)) over ()::bigint as all_lots,
       sum(count(*) filter (where occurred_on is null)) over ()::bigint as undated
from lots
group by source, direction, item, spec, unit
order by direction desc, count(*) desc, sum(quantity) desc nulls last, item collate "C", spec collate "C" nulls first, unit collate "C"
limit :rows
