-- One row is a source of the book :book; key source_id; first and last day (of the site) on which the viewer sees an entry
-- dated up to :today. Between them a month without entries had none; before and after them, and on the days missing, nothing is
-- known.
select e.source_id, min(e.occurred_on) as first_on, max(e.occurred_on) as last_on,
       array(select g.missing_on from core.source_gap g where g.source_id = e.source_id order by g.missing_on) as missing
from core.ledger_entry e
left join core.fund f on f.fund_id = e.fund_id
where e.occurred_on <= :today and e.repeats_code is null
  and :book = case when e.fund_id is null then 'flows' when f.fund_kind = 'programme' then 'programmes' else 'funds' end
group by e.source_id
order by e.source_id
