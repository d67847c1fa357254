-- one row is one case reported in the window
select 'incidents' as family, c.window_no, c.incident_id, c.street_id, c.community_id, c.grid_id, c.microgrid_id,
       not c.is_orphan as in_numerator, not c.is_orphan as in_denominator,
       case when c.is_orphan then 'duplicate' end as excluded, null::int as duration_s
from cases c
where c.in_window
