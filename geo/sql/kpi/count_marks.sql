-- one row is one case of a family that counts, as a mark: in the numerator, in the denominator, or why in neither
select m.family, m.window_no, m.incident_id, m.street_id, m.community_id, m.grid_id, m.microgrid_id,
       m.why_not is null and m.is_counted as in_numerator, m.why_not is null and m.is_base as in_denominator, m.why_not as excluded,
       m.reported_at as start_at, null::timestamptz as end_at, null::int as duration_s, null::int as part_s
from rows_of_family m
