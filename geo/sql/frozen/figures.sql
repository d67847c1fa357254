-- one row is one figure of the frozen month :month that the viewer sees; key (level, code, kpi), in their order
select f.level, f.code, f.kpi, f.name, f.value, f.numerator, f.denominator, f.n, f.low, f.high, f.note, f.excluded, f.definition
from mart.frozen_figure f
where f.month = :month
order by f.level collate "C", f.code, f.kpi
