-- one row is one figure of the area (:level, :code), of one beside it (is_above false) or of the street above it (is_above),
-- in the newest published month that has the area; key (is_above, code, kpi). Beside it: of the same street, all where there is none
with own as (
  select a.month, a.level, a.code, a.parent_code
  from mart.published_area a
  where a.level = :level and a.code = :code
  order by a.month desc
  limit 1
)
select o.month, m.known_at, a.level <> o.level as is_above, a.code, a.name, a.households,
       p.kpi, p.value, p.numerator, p.denominator, p.n, p.note
from own o
join mart.published_month m on m.month = o.month
join mart.published_area a on a.month = o.month
                          and (a.level = o.level and a.parent_code is not distinct from o.parent_code
                               or o.level = 'community' and a.level = 'street' and a.code = o.parent_code)
join mart.published p on p.month = a.month and p.level = a.level and p.code = a.code
where p.kpi = any (cast(:kpis as text[]))
order by is_above, a.code, p.kpi
