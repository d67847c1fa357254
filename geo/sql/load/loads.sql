-- one row is one load (or refused file), the latest first; counts are rows of its file, seconds of elapsed time
select l.load_id, l.dataset, s.code as source, l.file_name as file, l.sha256, l.status, l.read, l.inserted, l.updated, l.unchanged,
       l.quarantined, l.skipped, l.things, l.repaired, l.outside, l.faults, l.unknown_values, l.message, l.loaded_by, l.started_at,
       extract(epoch from l.finished_at - l.started_at)::float8 as seconds, l.replays, l.corrected
from ops.load l left join core.source s using (source_id)
order by l.load_id desc
