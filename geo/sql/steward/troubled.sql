-- One row is a load with rows that wait in quarantine, or a refused file, after which no file of the same name was loaded into the same dataset,
-- after rows in quarantine none of the same source (a file of many kinds is loaded once a kind, each a source of its own);
-- the latest first; key load_id; found = how many there are, on every row.
select l.load_id, l.dataset, l.file_name as file, l.status,
       (select count(*) from ops.refused_row r where r.load_id = l.load_id and r.state in ('open', 'corrected')) as quarantined, count(*) over () as found
from ops.load l
where (l.status = 'refused' and l.replays is null or exists (select from ops.refused_row r where r.load_id = l.load_id and r.state in ('open', 'corrected')))
  and not exists (select from ops.load later
                  where later.load_id > l.load_id and later.status = 'loaded' and later.replays is null
                    and later.dataset = l.dataset and later.file_name = l.file_name
                    and (l.status = 'refused' or later.source_id = l.source_id))
order by l.load_id desc
limit :rows
