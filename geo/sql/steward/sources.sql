-- One row is a source; key source_id. things = what the store holds of it at the clock (areas in force, open service points, all else kept),
-- first_on and last_on = days of its incidents, entries, goods or published totals, loads and quarantined (rows of files, once each) over all its loads.
with kept as (
  select source_id, count(*) as things, min(reported_on) as first_on, max(reported_on) as last_on
  from core.incident where reported_at <= ops.clock() group by source_id
  union all
  select source_id, count(*), min(occurred_on), max(occurred_on)
  from core.ledger_entry where occurred_on is null or occurred_on <= :today group by source_id
  union all
  select source_id, count(*), min(occurred_on), max(occurred_on)
  from core.goods_entry where occurred_on is null or occurred_on <= :today group by source_id
  union all
  select source_id, count(*), min(through_on), max(through_on) from core.published_total where through_on <= :today group by source_id
  union all
  select source_id, count(*), null, null from core.staff_post group by source_id
  union all
  select source_id, count(*), null, null from core.area where valid_from <= :today and valid_to > :today group by source_id
  union all
  select source_id, count(*), null, null from core.service_point where withdrawn_on is null or withdrawn_on > :today group by source_id
  union all
  select source_id, count(*), null, null from core.household_site group by source_id
  union all
  select source_id, count(*), null, null from core.staff_post group by source_id
  union all
  select source_id, count(*), null, null from core.fund group by source_id
  union all
  select source_id, count(*), null, null from core.map_feature group by source_id
)
select s.source_id, s.code, s.dataset, s.name, s.is_simulated,
       coalesce(k.things, 0) as things, k.first_on, k.last_on, l.loads, l.loaded_at, l.newest_load, l.quarantined
from core.source s
join (select source_id, count(*) as loads, max(finished_at) as loaded_at, max(load_id) as newest_load, coalesce(sum(quarantined) filter (where replays is null), 0) as quarantined
      from ops.load where status = 'loaded' group by source_id) l using (source_id)
left join (select source_id, sum(things)::bigint as things, min(first_on) as first_on, max(last_on) as last_on
           from kept group by source_id) k using (source_id)
order by s.dataset, s.code
