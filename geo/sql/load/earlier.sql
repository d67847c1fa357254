-- one row or none: the last completed load with this fingerprint; counts are rows of its file, things are incidents, areas, points or entries;
-- quarantined: those of its refused rows that still wait
select l.load_id, l.read, l.skipped, l.things,
       (select count(*) from ops.refused_row r where r.load_id = l.load_id and r.state in ('open', 'corrected'))::int as quarantined
from ops.load l
where l.fingerprint = :fingerprint and l.status = 'loaded' order by l.load_id desc limit 1
