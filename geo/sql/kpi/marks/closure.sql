-- one row is one case reported in the window: closed before E of those that should be (due or closed before E, or
-- without a deadline). Suspended cases leave the rate; not_due = open, and the deadline is still to come.
select 'closure' as family, m.window_no, m.incident_id, m.street_id, m.community_id, m.grid_id, m.microgrid_id,
       m.excluded is null and m.is_closed as in_numerator, m.excluded is null as in_denominator, m.excluded,
       null::int as duration_s
from (
  select c.*,
         case when c.is_orphan then 'duplicate'
              when not 'closed' = any (c.stages) then 'no_close_stage'
              when c.is_suspended then 'suspended'
              when not c.is_closed and c.has_deadline and not c.is_due then 'not_due' end as excluded
  from cases c
  where c.in_window
) m
