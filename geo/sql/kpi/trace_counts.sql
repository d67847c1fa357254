-- one row is one way in which cases of a family stand in one area and window; key all columns but cases and the seconds. numerator_s,
-- denominator_s = what a family that adds up times adds, null elsewhere
select coalesce(m.in_numerator, false) as in_numerator, coalesce(m.in_denominator, false) as in_denominator, m.excluded,
       m.is_of_numerator, count(*)::int as cases, sum(m.part_s) as numerator_s,
       case when count(m.part_s) > 0 then sum(m.duration_s) end as denominator_s
from marks_of_family m
where area_of_level = any (cast(:area_ids as int[]))
group by coalesce(m.in_numerator, false), coalesce(m.in_denominator, false), m.excluded, m.is_of_numerator
order by m.excluded nulls first, in_numerator desc, in_denominator desc, m.is_of_numerator desc
