-- one row is one case reported in the window and closed before E: less than 600 s after its report, or one of more than 20 that
-- the same unit closed in the same minute
select 'suspect' as family, c.*,
       c.closed_by_e - c.reported_at < interval '600 seconds' or (c.window_no, c.incident_id) in (
         select f.window_no, f.incident_id
         from (select array_agg(r.window_no) as window_nos, array_agg(r.incident_id) as cases,
                      array_agg(r.closed_by_e) as closed, array_agg(r.moment) as moments
               from reported r where r.is_closed and not r.is_orphan group by r.window_no) t
         cross join lateral core.closed_in_bulk(t.window_nos, t.cases, t.closed, t.moments) f
       ) as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage'
            when not c.is_closed then 'open'
            when c.is_by_day or c.day_precision && array['reported_at', 'closed_at'] then 'day_precision' end as why_not
from reported c
