-- one row: the ledger line of a load, told which recurring corrections it applied
update ops.load set corrected = cast(:corrected as jsonb) where load_id = :load_id
