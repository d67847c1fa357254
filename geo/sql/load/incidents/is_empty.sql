-- one row: whether there is no incident at all yet
select not exists (select from core.incident) and not exists (select from core.incident_revision) as is_empty
