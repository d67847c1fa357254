-- Units of an incident: filled in with the first source that reports by unit.
select 1
