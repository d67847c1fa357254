-- one row is one family of marks in one window, area version and reason to leave cases out; key (family, window_no, area_id, excluded).
-- excluded null = the cases that count: numerator and denominator in cases, or in seconds where the family adds up times; n = cases in
-- the denominator; durations = their whole seconds in no order, ended = those that came to their end (families that count until now), as
-- binary arrays of int. At level site everything is the area 0.
select m.family, m.window_no, area_of_level as area_id, m.excluded, count(*) as cases,
       coalesce(sum(m.part_s), count(*) filter (where m.in_numerator)) as numerator,
       case when count(m.part_s) > 0 then sum(m.duration_s) else count(*) filter (where m.in_denominator) end as denominator,
       count(*) filter (where m.in_denominator) as n,
       array_send(array_agg(m.duration_s) filter (where m.duration_s is not null)) as durations,
       array_send(array_agg(m.duration_s) filter (where m.in_numerator and m.family = any (cast(:until as text[])))) as ended
from marks_of_family m
where area_of_level = any (cast(:area_ids as int[]))
group by m.family, m.window_no, area_of_level, m.excluded
