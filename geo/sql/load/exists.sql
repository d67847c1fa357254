-- one row if there is a load of this number
select load_id from ops.load where load_id = :load_id
