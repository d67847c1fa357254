-- one row is one of :days; key day; whether its reports can be compared with those of :today; see mart.wall_covered
select day, is_covered from mart.wall_covered(:today, cast(:days as date[])) order by day
