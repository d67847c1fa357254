-- one row is one area of the level below, one category or one responsible unit, with the cases of the asked marks in it, the most first;
-- key (what, name). what = area, category or agency; the cases that no area below holds, or no unit has, have the name null
, asked as (
  select m.*, case when m.excluded is not null then 'excluded' when m.in_numerator then 'numerator' else 'denominator' end as mark
  from marks_of_family m
  where area_of_level = any (cast(:area_ids as int[]))
), kept as (
  select a.* from asked a where a.mark = any (cast(:marks as text[]))
)
select 'area' as what, b.name, count(*)::int as cases
from kept k
left join core.area b on b.area_id = case cast(:below as text) when 'street' then k.street_id when 'community' then k.community_id
                                                               when 'grid' then k.grid_id else k.microgrid_id end
group by b.name
union all
select 'category', c.code, count(*)::int
from kept k join core.category c using (category_id)
group by c.code
union all
select 'agency', i.agency_responsible, count(*)::int
from kept k join core.incident i using (incident_id)
group by i.agency_responsible
order by what, cases desc, name
