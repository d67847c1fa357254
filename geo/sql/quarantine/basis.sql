-- one row: how the file of a load was read, so that its refused rows can be run again; none for a refused file or an unknown number
select l.load_id, l.dataset, s.code as source, s.is_simulated, l.file_name, l.sha256, l.level, l.crs, l.options, l.quarantined
from ops.load l join core.source s using (source_id)
where l.load_id = :load_id and l.status = 'loaded'
