-- one row is one span of the calendar that is no longer in force
delete from ops.office_span
