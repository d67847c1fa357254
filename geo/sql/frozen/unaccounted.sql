-- one row is a month of whose freezing the audit trail and the frozen months do not tell the same; key month. Lines that the law let be
-- emptied tell nothing, so that then the months before the first one with a line are not asked for theirs.
with told as (
  select a.detail ->> 'month' as month, a.detail ->> 'hash' as hash from ops.audit a where a.action = 'freeze' and a.result = 'ok'
), kept as (
  select m.seq, to_char(m.month, 'YYYY-MM') as month, encode(m.chain_hash, 'hex') as hash from mart.frozen_month m
), first_told as (
  select case when exists (select from ops.audit where purged_at is not null) then (select min(k.seq) from kept k join told using (month, hash)) else 1 end as seq
)
select distinct to_date(coalesce(k.month, t.month), 'YYYY-MM') as month
from kept k
full join told t using (month, hash)
cross join first_told f
where k.month is null or t.month is null and k.seq >= f.seq
order by month
