-- one row is one family of marks in one window, area version of a level (0 = the whole) and reason to leave cases out; key (family,
-- window_no, area_id, excluded). Columns as in kpi/rollup, for all levels at once.
select m.family, m.window_no, coalesce(m.street_id, m.community_id, m.grid_id, 0) as area_id, m.excluded, count(*) as cases,
       coalesce(sum(m.part_s), count(*) filter (where m.in_numerator)) as numerator,
       case when count(m.part_s) > 0 then sum(m.duration_s) else count(*) filter (where m.in_denominator) end as denominator,
       count(*) filter (where m.in_denominator) as n,
       array_send(array_agg(m.duration_s) filter (where m.duration_s is not null)) as durations,
       array_send(array_agg(m.duration_s) filter (where m.in_numerator and m.family = any (cast(:until as text[])))) as ended
from marks_of_family m
group by m.family, m.window_no, m.excluded, grouping sets ((m.street_id), (m.community_id), (m.grid_id), ())
having grouping(m.street_id, m.community_id, m.grid_id) = 7 or coalesce(m.street_id, m.community_id, m.grid_id) = any (cast(:area_ids as int[]))
