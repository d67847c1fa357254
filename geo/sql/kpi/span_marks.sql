-- one row is one case of one span as a mark: duration_s in whole seconds of elapsed time, or why it has none; part_s = the part of
-- it that a share of times asks for. Bare dates give no duration, a negative one is left out; limit_s is inside. A case that has not
-- come to its end counts up to until_at where the family says so (Kaplan-Meier): in the denominator, not in the numerator. A family
-- whose clock is not natural, or rests, says the seconds itself (counted_s, never null where the span has its end).
-- The columns from is_of_numerator on are for who reads single rows: stamps begins with the stamp that starts the span and ends with the
-- one that ends it; one alone runs up to E.
select m.family, m.window_no, m.incident_id, m.street_id, m.community_id, m.grid_id, m.microgrid_id,
       m.excluded is null and case when m.until_at is null then m.elapsed_s <= m.limit_s else m.end_at is not null end as in_numerator,
       m.excluded is null as in_denominator, m.excluded, m.start_at, m.end_at,
       case when m.excluded is null then m.elapsed_s end as duration_s, case when m.excluded is null then m.part_s end as part_s,
       true as is_of_numerator, m.category_id, m.reported_at, m.closed_by_e, m.due_by_e, m.is_suspended, m.moment,
       m.stamps[1] as start_stamp, case when cardinality(m.stamps) > 1 then m.stamps[cardinality(m.stamps)] end as end_stamp
from (
  select s.*, coalesce(counted_of_span, floor(date_part('epoch', coalesce(s.end_at, s.until_at) - s.start_at))::int) as elapsed_s,
         case when s.is_orphan then 'duplicate'
              when s.start_at is null then s.no_start
              when s.end_at is null and s.until_at is null then s.no_end
              when s.is_by_day or s.day_precision && s.stamps then 'day_precision'
              when s.end_at < s.start_at then 'negative' end as excluded
  from rows_of_family s
) m
