-- one row is one case reported in the window: called back before E, of those closed before E
select 'follow_up_coverage' as family, m.window_no, m.incident_id, m.street_id, m.community_id, m.grid_id, m.microgrid_id,
       m.excluded is null and m.is_followed_up as in_numerator, m.excluded is null as in_denominator, m.excluded,
       null::int as duration_s
from (
  select c.*,
         case when c.is_orphan then 'duplicate'
              when not c.stages @> array['closed', 'followed_up'] then 'no_follow_up_stage'
              when not c.is_closed then 'open' end as excluded
  from cases c
  where c.in_window
) m
