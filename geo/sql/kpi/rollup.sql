-- one row is one family of marks in one window and one area that holds any mark; key (family, window_no, code).
-- numerator and denominator in cases; quantiles = nearest-rank quantiles of duration_s in seconds, in the order asked;
-- excluded = {reason: cases}. At level site everything is one area with the code ''.
, targets as (
  select t.area_id, t.code
  from unnest(cast(:area_ids as int[]), cast(:codes as text[])) as t (area_id, code)
),
placed as (
  select m.*, t.code
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
         count(*) filter (where p.in_numerator) as numerator,
         count(*) filter (where p.in_denominator) as denominator,
         percentile_disc(cast(:quantiles as float8[])) within group (order by p.duration_s) as quantiles
  from placed p
  group by p.family, p.window_no, p.code
)
select c.family, c.window_no, c.code, c.numerator, c.denominator, c.quantiles, coalesce(l.excluded, '{}') as excluded
from counted c left join left_out l using (family, window_no, code)
