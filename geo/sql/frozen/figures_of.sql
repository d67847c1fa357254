-- one row is one figure of a frozen month of :months, of the areas of :level that the viewer sees; key (month, code, kpi)
select f.month, f.level, f.code, f.kpi, f.name, f.value, f.numerator, f.denominator, f.n, f.low, f.high, f.note, f.excluded, f.definition
from mart.frozen_figure f
where f.month = any (cast(:months as date[])) and f.level = :level and f.kpi = any (cast(:kpis as text[]))
