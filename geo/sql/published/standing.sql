-- one row: days that sources of incidents cover (first_on, last_on; null where none does), the last load, the data version, the last event of an officer
select (select min(c.first_on) from core.source_coverage c) as first_on,
       (select max(c.last_on) from core.source_coverage c) as last_on,
       coalesce((select max(l.load_id) from ops.load l where l.status = 'loaded'), 0) as load_id,
       (select v.version from ops.data_version v) as data_version,
       coalesce((select max(e.event_id) from core.incident_event e where e.actor is not null), 0) as event_id
