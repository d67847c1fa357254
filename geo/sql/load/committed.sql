-- one row or none: the ledger line of a load that was committed. Key: load_id.
select load_id from ops.load where load_id = :load_id and fingerprint = :fingerprint and status = 'loaded'
