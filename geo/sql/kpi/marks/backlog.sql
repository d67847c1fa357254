-- one row is one case open at E, reported before E at any time; suspended cases are open, duplicates are not counted
select 'backlog' as family, m.window_no, m.incident_id, m.street_id, m.community_id, m.grid_id, m.microgrid_id,
       m.excluded is null as in_numerator, m.excluded is null as in_denominator, m.excluded, null::int as duration_s
from (
  select c.*, case when not 'closed' = any (c.stages) then 'no_close_stage' end as excluded
  from cases c
  where not c.in_window and not c.is_orphan
) m
