-- one row: what the staged rows of a file add up to, in the ways that a line of totals may mean (site's currency): all rows, each
-- row once, what moved without the opening balance, money in less money out
select coalesce(sum(amount), 0) as whole,
       (select coalesce(sum(d.amount), 0) from (select distinct natural_key, content_hash, amount from pg_temp.staging) d) as once,
       coalesce(sum(amount) filter (where kind <> 'opening'), 0) as moved,
       coalesce(sum(case when kind in ('opening', 'income') then amount when kind = 'expense' then -amount end), 0) as balance
from pg_temp.staging
