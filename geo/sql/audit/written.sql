-- one row: number and chain hash (hex) of the line that this transaction appended last, as "seq:hash"
select current_setting('app.audit_line', true) as line
