-- one row: the first and last day with a report before the clock, and whether [:start, :end) has one; days of the site's zone
select min(reported_on) as first_on,
       max(reported_on) as last_on,
       count(*) filter (where reported_on >= :start and reported_on < :end) > 0 as has_any
from core.incident
where reported_at <= ops.clock()
