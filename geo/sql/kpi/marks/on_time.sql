-- one row is one case reported in the window: closed by its deadline, of those with a deadline that were due or closed
-- before E. Bare dates are compared by day.
select 'on_time' as family, m.window_no, m.incident_id, m.street_id, m.community_id, m.grid_id, m.microgrid_id,
       m.excluded is null and coalesce(m.is_on_time, false) as in_numerator, m.excluded is null as in_denominator, m.excluded,
       null::int as duration_s
from (
  select c.*,
         case when c.is_orphan then 'duplicate'
              when not 'closed' = any (c.stages) then 'no_close_stage'
              when c.is_suspended then 'suspended'
              when not c.has_deadline then 'no_deadline'
              when not c.is_closed and not c.is_due then 'not_due' end as excluded
  from cases c
  where c.in_window
) m
