-- One row is the latest load of the file with this digest that this account began at or after :since and that was committed; key load_id.
select load_id from ops.load
where sha256 = :sha256 and loaded_by = :loaded_by and started_at >= :since and status = 'loaded'
order by load_id desc limit 1
