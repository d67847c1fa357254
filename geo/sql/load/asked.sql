-- one row is a file that was loaded, asked for in the same way: its SHA-256, the section it was read as, the name of its coordinate system.
-- Key: all three; the latest load first.
select sha256, options ->> 'section' as section, options ->> 'system' as system
from ops.load
where options ->> 'asked' = :asked and status = 'loaded'
group by 1, 2, 3 order by max(load_id) desc
