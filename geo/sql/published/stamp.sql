-- one row: what the viewer sees published, as two numbers that change with every publication
select count(*)::int as months, coalesce(extract(epoch from max(known_at))::bigint, 0) as known_at, coalesce(max(load_id), 0) as load_id
from mart.published_month
