-- one row is one case reported in the window: scored 4 or 5 of 5, of those called back before E and scored
select 'satisfaction' as family, c.*, c.satisfaction_score >= 4 as is_counted, true as is_base,
       case when c.is_orphan then 'duplicate'
            when not (c.tells_follow_up and c.tells_scored) then 'no_follow_up_stage'
            when not c.is_followed_up then 'no_follow_up'
            when c.satisfaction_score is null then 'not_scored' end as why_not
from reported c
