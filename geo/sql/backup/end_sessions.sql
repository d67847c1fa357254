-- one row is one sign-in that was open when the backup was made: it ends, its cookie opens nothing in the restored store
update access.session set ended_at = clock_timestamp(), ended_why = 'restored' where ended_at is null returning session_id
