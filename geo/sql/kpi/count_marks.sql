-- one row is one case of a family that counts, as a mark: in the numerator, in the denominator, or why in neither; key (window_no,
-- incident_id, is_of_numerator): a family of two parts may hold a case in both. The columns from category_id on are for who reads single rows.
select m.family, m.window_no, m.incident_id, m.street_id, m.community_id, m.grid_id, m.microgrid_id,
       m.why_not is null and m.is_counted as in_numerator, m.why_not is null and m.is_base as in_denominator, m.why_not as excluded,
       m.reported_at as start_at, null::timestamptz as end_at, null::int as duration_s, null::int as part_s,
       m.is_counted as is_of_numerator, m.category_id, m.reported_at, m.closed_by_e, m.due_by_e, m.is_suspended, m.moment,
       'reported_at' as start_stamp, null::text as end_stamp
from rows_of_family m
