-- one row is one case reported in the window: its reporter says that it is solved, of those called back before E and reached
select 'solved' as family, c.*, c.is_solved as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not (c.tells_follow_up and c.tells_solved) then 'no_follow_up_stage'
            when not c.is_followed_up then 'no_follow_up'
            when c.is_solved is null then 'not_reached' end as why_not
from reported c
