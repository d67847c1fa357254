-- one row is what one area of a level counts in a kept month, as far as the viewer sees all of it; key (month, code).
-- families = JSON by name of the family: [numerator, denominator, n, [[value_s, low_s, high_s] for each kept share, or none], {reason: cases}]
select t.month, t.code, t.families::text as families
from mart.tally t
where t.month = any (cast(:months as date[])) and t.level = :level and t.code = any (cast(:codes as text[]))
