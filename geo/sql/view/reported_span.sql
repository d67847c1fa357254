-- one row: the first and last day with a report of the site before the clock, and whether [:start, :end) has one; days of the
-- site's zone; the same whoever looks
select first_on, last_on, has_any from core.reported_days(:start, :end)
