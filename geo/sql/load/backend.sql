-- one row: the number of the server's process that this connection speaks to
select pg_backend_pid() as pid
