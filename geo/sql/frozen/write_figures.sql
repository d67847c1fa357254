-- one row is one figure of :month. Key: month, level, code, kpi.
insert into mart.frozen_figure (month, level, code, kpi, name, value, numerator, denominator, n, low, high, note, excluded, definition)
select :month, r.level, r.code, r.kpi, r.name, r.value, r.numerator, r.denominator, r.n, r.low, r.high, r.note, r.excluded, r.definition
from jsonb_to_recordset(cast(:records as jsonb)) r (level text, code text, kpi text, name text, value float8, numerator bigint, denominator bigint,
     n bigint, low float8, high float8, note text, excluded jsonb, definition text)
