-- one row is one source of incidents that has any before the clock; key code. begins = its first report, ends = its last event
-- before the clock whose moment is known; what is decided on a case long afterwards is none of them
select s.source_id, s.code, s.name, min(i.reported_at) as begins,
       (select max(e.occurred_at)
        from core.incident_log e join core.incident own using (incident_id)
        where own.source_id = s.source_id and e.occurred_at <= ops.clock()
          and e.kind::text not in ('exempted', 'exemption_withdrawn') and not (e.payload @> '{"is_moment_known": false}') is true
       ) as ends
from core.source s join core.incident i using (source_id)
where s.dataset = 'incidents' and i.reported_at <= ops.clock()
group by s.source_id
order by s.code
