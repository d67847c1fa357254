-- one row: the exemption of the case at the clock; none where it is not exempted. Key incident_id.
select x.incident_id, x.decided_at, x.decided_by, x.reason from core.exemption x where x.incident_id = :incident_id
