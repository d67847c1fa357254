-- one row is a fault of a refused row with the value it names, as shown and as sealed; all, or (:is_sealed) the sealed ones. Key: id.
select quarantine_id as id, value, value_sealed from ops.quarantine where is_sealed or not :is_sealed order by quarantine_id
