-- one row is a load after load :after that can change a published figure; key load_id. from_on = first day whose month and
-- all later ones it touches; null: every month
select l.load_id, case l.dataset when 'incidents' then l.first_reported_on end as from_on
from ops.load l
where l.status = 'loaded' and l.load_id > :after and l.dataset in ('incidents', 'boundaries', 'households')
  and (l.dataset <> 'incidents' or l.first_reported_on is not null)
order by l.load_id
