-- Tables that live for one load; row_number as a spreadsheet shows it (header = 1).
-- staged_fault: one row is a fault that the database found in a staged row. told_fault: one row is a fault of a refused
-- row, as it may be shown. refused_row: one row is a refused row as received, sealed, and as it may be shown (COPY cannot reach tables under row security).
create temp table staged_fault (
  row_number int not null, column_name text, value text, fault text not null, params jsonb not null default '{}'
) on commit drop;
create temp table told_fault (
  row_number int not null, column_name text, value text, fault text not null, params jsonb not null, value_sealed text
) on commit drop;
create temp table refused_row (row_number int not null, record text not null, shown text) on commit drop
