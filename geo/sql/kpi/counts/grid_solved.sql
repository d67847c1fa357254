-- one row is one case reported in the window: closed before E without a dispatch before E
select 'grid_solved' as family, c.*, c.is_closed and coalesce(c.dispatched_at >= c.moment, true) as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not (c.tells_close and c.tells_dispatch) then 'no_close_stage' end as why_not
from reported c

