-- one row is one kept month; key month. is_out_of_date = something changed since it was counted, or the clock is past what it holds for
select m.month, m.definitions,
       ops.clock() >= least(m.holds_until, m.renew_at) or exists (
         select from mart.touch t where t.touch_id > m.touch_id and t.until_at >= m.starts_at and t.from_at < m.closes_at
       ) as is_out_of_date
from mart.kept_month m
