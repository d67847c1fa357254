-- One row is one load or refused file that the filters find, the latest first; key load_id; counts are rows of its file (things apart);
-- found = how many the filters find, on every row. Filters (null: all): load_id, dataset, source (code), status as the page names it.
select l.load_id, l.dataset, s.code as source, s.name as source_name, coalesce(s.is_simulated, false) as is_simulated,
       l.file_name as file, l.sha256, l.mode, l.level, l.status, l.read, l.inserted, l.updated, l.unchanged, l.quarantined, l.skipped,
       l.things, l.repaired, l.outside, l.faults, l.unknown_values, l.ignored_columns, l.message, l.crs, l.conversion,
       l.first_reported_on, l.last_reported_on, l.loaded_by, l.started_at, l.finished_at, l.replays, l.corrected, count(*) over () as found
from ops.load l
left join core.source s using (source_id)
where (cast(:load_id as int) is null or l.load_id = :load_id)
  and (cast(:dataset as text) is null or l.dataset = :dataset)
  and (cast(:source as text) is null or s.code = :source)
  and (cast(:status as text) is null
       or case cast(:status as text) when 'quarantined' then l.quarantined > 0
                                     when 'refused' then l.status = 'refused'
                                     else l.status = 'loaded' and l.quarantined = 0 end)
order by l.load_id desc
limit cast(:rows as bigint) offset :skip
