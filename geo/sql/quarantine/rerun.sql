-- Table that lives for one replay: one row is a refused row that is run again; key row_number (header = 1). decision_id = its correction;
-- typed = cells that a file has anew (JSON by heading), sealed.
create temp table rerun (row_number int primary key, decision_id bigint, typed text) on commit drop
