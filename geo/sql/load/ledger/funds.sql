-- one row is a fund that an entry may name: the source's own first, else the one fund of that code. Key: fund_code.
select fund_code, min(fund_id) as fund_id
from core.fund f
where f.source_id = :source_id
   or not exists (select from core.fund o where o.fund_code = f.fund_code and o.fund_id <> f.fund_id)
group by fund_code
order by fund_code
