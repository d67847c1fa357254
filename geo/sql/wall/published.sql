-- one row is one figure of one community in one of the last :months published months; key (month, code, kpi)
select p.month, p.code, p.kpi, p.numerator, p.denominator
from mart.published p
where p.level = 'community' and p.kpi = any (cast(:kpis as text[]))
  and p.month in (select m.month from mart.published_month m order by m.month desc limit :months)
