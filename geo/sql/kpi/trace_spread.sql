-- one row is one place on the axis of a distribution; key (x, in_numerator); cases = those of the denominator there (of a figure without
-- one: of the numerator). x by :by: duration = whole seconds; limit = hundredths of the time from the report to the deadline used up to the
-- close (null: not closed), at most 100 exactly where the case is inside; day = days since the window begins on which it was reported.
select case cast(:by as text)
         when 'duration' then m.duration_s
         when 'limit' then case when m.closed_by_e is null then null
                                when m.in_numerator then least(100, greatest(0, u.used))
                                else greatest(101, u.used) end
         else (m.reported_at at time zone :zone)::date - cast(:from_on as date) end as x,
       coalesce(m.in_numerator, false) as in_numerator, count(*)::int as cases
from marks_of_family m
cross join lateral (
  select ceil(100 * extract(epoch from m.closed_by_e - m.reported_at) / nullif(extract(epoch from m.due_by_e - m.reported_at), 0))::int as used
) u
where m.excluded is null and area_of_level = any (cast(:area_ids as int[]))
group by 1, 2
order by 1, 2
