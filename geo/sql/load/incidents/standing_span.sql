-- one row: the first and the last number of an incident of the source; 0 and -1 where it has none
select coalesce(min(incident_id), 0) as first_id, coalesce(max(incident_id), -1) as last_id from core.incident where source_id = :source_id
