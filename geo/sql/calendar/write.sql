-- one row: a new version of the calendar; moments in the site's time zone
insert into ops.calendar (version, digest, zone, first_on, last_on, written_at)
values (:version, :digest, :zone, :first_on, :last_on, cast(:written_at as timestamptz))
