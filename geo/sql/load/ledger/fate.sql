-- one row is a staged row whose entry is in the store already with the same content: unchanged
update pg_temp.staging s
set fate = 'unchanged', notes = case when e.repeats_code is null then s.notes else concat_ws(',', s.notes, 'published_twice') end
from core.ledger_entry e
where e.source_id = :source_id and e.entry_code = s.natural_key and e.content_hash = ops.keyed(s.content_hash, :hash_key) and s.fate is null
