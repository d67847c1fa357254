-- One row: the day (site time zone) of the newest load, and what all loads of that day came to; no row before the first load. Loads that run
-- refused rows again are left out, since their rows were counted before, unless the day has no others; what any of them solved is no longer quarantined.
with recursive chain as (
  select load_id, load_id as origin from ops.load where replays is null
  union all
  select l.load_id, c.origin from ops.load l join chain c on l.replays = c.load_id
), solved as (
  select c.origin as load_id, sum(l.read - l.quarantined) as solved
  from chain c join ops.load l using (load_id) where l.replays is not null and l.status = 'loaded' group by c.origin
), line as (
  select l.*, l.quarantined - coalesce(s.solved, 0) as still, (l.started_at at time zone :zone)::date as loaded_on
  from ops.load l left join solved s using (load_id)
), newest as (
  select *, bool_and(replays is not null) over () as has_only_replays
  from line where loaded_on = (select loaded_on from line order by load_id desc limit 1)
)
select loaded_on, count(*) as loads, sum(read) filter (where status = 'loaded') as read,
       coalesce(sum(still), 0)::bigint as quarantined, count(*) filter (where status = 'refused') as refused
from newest
where replays is null or has_only_replays
group by loaded_on
