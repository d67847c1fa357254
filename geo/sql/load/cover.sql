-- one row is the span of days (site time zone, both inclusive) that a load of an incident source covers. Key: source_id, load_id.
insert into core.source_coverage (source_id, load_id, first_on, last_on) values (:source_id, :load_id, :first_on, :last_on)
