-- one row is a staged correction of an entry that neither the store nor the file holds: refused, with its fault
with orphans as (
  update pg_temp.staging s set fate = 'quarantined'
  where s.corrects_code is not null and s.fate is null
    and not exists (select from core.ledger_entry e where e.source_id = :source_id and e.entry_code = s.corrects_code)
    and not exists (select from pg_temp.staging o where o.natural_key = s.corrects_code and o.fate is distinct from 'quarantined')
  returning s.row_number, s.corrects_code
)
insert into pg_temp.staged_fault (row_number, column_name, value, fault)
select row_number, 'corrects_code', corrects_code, 'unknown_entry' from orphans
