-- no row: the transaction only reads, and all its queries see the same state of the data
set transaction isolation level repeatable read, read only
