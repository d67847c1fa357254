-- one row or none: the newest load that ran rows of a load again; counts are rows
select load_id, read, skipped, things, quarantined from ops.load
where replays = :load_id and status = 'loaded' order by load_id desc limit 1
