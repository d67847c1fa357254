-- One row is a kind of source, or all (code null), of the income of the held funds in the window; key code; amount, median and
-- largest entry in the site's currency (median by the nearest rank).
select source_kind as code, grouping(source_kind) = 1 as is_all, count(*) as entries, sum(amount) as amount,
       percentile_disc(0.5) within group (order by amount) as median, max(amount) as largest
from ledger
where in_window and is_held and entry_kind = 'income'
group by grouping sets ((source_kind), ())
having count(*) > 0
order by 2, 4 desc, 1
