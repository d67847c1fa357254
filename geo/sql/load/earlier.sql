-- one row or none: the last completed load with this fingerprint; counts are rows of its file, things are incidents, areas, points or entries
select load_id, read, skipped, things, quarantined from ops.load
where fingerprint = :fingerprint and status = 'loaded' order by load_id desc limit 1
