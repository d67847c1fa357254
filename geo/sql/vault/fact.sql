-- one row: by what this store knows its key again (jsonb: key, check); none before anything was sealed
select value from ops.fact where fact = 'vault'
