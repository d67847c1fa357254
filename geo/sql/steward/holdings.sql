-- One row is a kind of thing that the store holds at the clock, of partitions a layer; key (dataset, kind, name_zh); n = how many (areas: in force on :today),
-- versions and since = boundary versions of a level and the day the newest began (null: from the beginning of time).
select 'boundaries' as dataset, level as kind, null as name_zh, null as name_en,
       count(*) filter (where valid_from <= :today and valid_to > :today) as n, null::bigint as of_n,
       count(distinct valid_from) as versions, max(valid_from) filter (where isfinite(valid_from)) as since
from core.area group by level
union all
select 'service-points', k.code, k.name_zh, k.name_en, count(*), null, null, null
from core.service_point p join core.service_kind k using (service_kind_id)
where p.withdrawn_on is null or p.withdrawn_on > :today
group by k.code, k.name_zh, k.name_en
union all
select 'households', 'site', null, null, count(*), sum(households)::bigint, null, null from core.household_site having count(*) > 0
union all
select 'staff', role, null, null, count(*), null, null, null from core.staff_post group by role
union all
select 'funds', fund_kind, null, null, count(*), null, null, null from core.fund group by fund_kind
union all
select 'funds', 'entry', null, null, count(*), null, null, null
from core.ledger_entry where occurred_on is null or occurred_on <= :today having count(*) > 0
union all
select 'funds', 'goods', null, null, count(*), null, null, null
from core.goods_entry where occurred_on is null or occurred_on <= :today having count(*) > 0
union all
select 'funds', 'published', null, null, count(*), null, null, null
from core.published_total where through_on <= :today having count(*) > 0
union all
select 'layers', f.kind, l.name_zh, l.name_en, count(*), null, null, null
from core.map_feature f
left join core.map_layer l on l.layer_code = f.layer_code and f.kind = 'partition'
group by f.kind, l.layer_code, l.name_zh, l.name_en
order by dataset, n desc, kind
