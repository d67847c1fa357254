-- one row: the highest number of an incident, 0 where there is none
select coalesce(max(incident_id), 0) as last_id from core.incident
