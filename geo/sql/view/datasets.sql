-- one row is one dataset that was ever loaded; key dataset; loaded_at = end of its newest load, is_simulated = any of its sources is
select l.dataset, max(l.finished_at) as loaded_at, coalesce(bool_or(s.is_simulated), false) as is_simulated
from ops.load l
left join core.source s using (source_id)
where l.status = 'loaded'
group by l.dataset
order by l.dataset
