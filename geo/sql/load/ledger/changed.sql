-- one row is a staged row whose entry is in the store already with other content: refused, with its fault
with changed as (
  update pg_temp.staging s set fate = 'quarantined'
  from core.ledger_entry e
  where e.source_id = :source_id and e.entry_code = s.natural_key and s.fate is null
  returning s.row_number, s.natural_key, e.amount
)
insert into pg_temp.staged_fault (row_number, column_name, value, fault, params)
select row_number, 'code', natural_key, 'entry_changed', jsonb_build_object('amount', amount) from changed
