-- one row is one case reported in the window and closed before E: followed by another of its category, of the same reporter or at
-- most 50 m away, within 30 x 24 h after the close and before E
select 'repeat' as family, c.*,
       (c.window_no, c.incident_id) in (
         select f.window_no, f.incident_id
         from (select array_agg(r.window_no) as window_nos, array_agg(r.incident_id) as cases,
                      array_agg(r.closed_by_e) as closed, array_agg(r.moment) as moments
               from reported r where r.is_closed and not r.is_orphan group by r.window_no) t
         cross join lateral core.followed(t.window_nos, t.cases, t.closed, t.moments, :zone) f
       ) as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage'
            when not c.is_closed then 'open' end as why_not
from reported c
