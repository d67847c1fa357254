-- one row is one case reported in the window: called back before E, of those closed before E
select 'follow_up_coverage' as family, c.*, c.is_followed_up as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not (c.tells_close and c.tells_follow_up) then 'no_follow_up_stage'
            when not c.is_closed then 'open' end as why_not
from reported c

