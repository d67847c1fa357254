-- one row is one case closed in the window whenever it was reported (numerator), or reported in it (denominator); a case of both that is
-- left out is told once, as closed
select 'clearance' as family, c.*, true as is_counted, false as is_base,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage' end as why_not
from closed c
union all
select 'clearance', c.*, false, true,
       case when c.is_orphan then 'duplicate'
            when not c.tells_close then 'no_close_stage' end
from reported c join windows w using (window_no)
where not (c.is_orphan or not c.tells_close) or c.closed_by_e is null or c.closed_by_e < w.starts
