-- one row: how many lines recorded before the moment were emptied now, how many of them sensitive, the first and last number
select emptied, sensitive, first_seq, last_seq from ops.purge_audit(cast(:before as timestamptz))
