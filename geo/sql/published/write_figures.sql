-- one row is one figure of one area of :month. Key: month, level, code, kpi.
insert into mart.published (month, level, code, name, kpi, value, numerator, denominator, n, quantile_s, excluded, note, as_of, data_version, definition)
select :month, r.level, r.code, r.name, r.kpi, r.value, r.numerator, r.denominator, r.n, r.quantile_s, r.excluded, r.note, r.as_of,
       :data_version, r.definition
from jsonb_to_recordset(cast(:records as jsonb)) r (level text, code text, name text, kpi text, value float8, numerator bigint,
     denominator bigint, n int, quantile_s int, excluded jsonb, note text, as_of timestamptz, definition text)
