-- one row is one family of marks in one window and one area that holds any mark; key (family, window_no, code).
-- numerator and denominator in cases, or in seconds where the family adds up times; n = cases in the denominator;
-- durations = their whole seconds in order, ended = those that came to their end (families of :until only), as binary arrays of int;
-- excluded = {reason: cases}. At level site everything is one area with the code ''.
, targets as (
  select t.area_id, t.code
  from unnest(cast(:area_ids as int[]), cast(:codes as text[])) as t (area_id, code)
),
placed as (
  select m.family, m.window_no, m.in_numerator, m.in_denominator, m.excluded, m.duration_s, m.part_s, t.code
  from marks m
  join targets t on t.area_id = case cast(:level as text)
    when 'site' then 0 when 'street' then m.street_id when 'community' then m.community_id
    when 'grid' then m.grid_id when 'microgrid' then m.microgrid_id end
),
left_out as (
  select x.family, x.window_no, x.code, jsonb_object_agg(x.excluded, x.cases) as excluded
  from (
    select p.family, p.window_no, p.code, p.excluded, count(*) as cases
    from placed p where p.excluded is not null
    group by p.family, p.window_no, p.code, p.excluded
  ) x
  group by x.family, x.window_no, x.code
),
counted as (
  select p.family, p.window_no, p.code,
         coalesce(sum(p.part_s), count(*) filter (where p.in_numerator)) as numerator,
         case when count(p.part_s) > 0 then sum(p.duration_s) else count(*) filter (where p.in_denominator) end as denominator,
         count(*) filter (where p.in_denominator) as n,
         array_send(array_agg(p.duration_s order by p.duration_s) filter (where p.duration_s is not null)) as durations,
         array_send(array_agg(p.duration_s order by p.duration_s)
           filter (where p.in_numerator and p.family = any (cast(:until as text[])))) as ended
  from placed p
  group by p.family, p.window_no, p.code
)
select c.family, c.window_no, c.code, c.numerator, c.denominator, c.n, c.durations, c.ended, coalesce(l.excluded, '{}') as excluded
from counted c left join left_out l using (family, window_no, code)
