-- one row: whether the case is exempted by the last decision on it; nobody else decides on it until the transaction ends
select core.hold_exemption(:incident_id) as is_exempted
