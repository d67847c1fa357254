-- One row: the day (site time zone) of the newest load, and what all loads of that day came to; no row before the first load. Loads that run
-- refused rows again are left out, since their rows were counted before, unless the day has no others.
with line as (
  select *, (started_at at time zone :zone)::date as loaded_on from ops.load
), newest as (
  select *, bool_and(replays is not null) over () as has_only_replays
  from line where loaded_on = (select loaded_on from line order by load_id desc limit 1)
)
select loaded_on, count(*) as loads, sum(read) filter (where status = 'loaded') as read,
       coalesce(sum(quarantined), 0) as quarantined, count(*) filter (where status = 'refused') as refused
from newest
where replays is null or has_only_replays
group by loaded_on
