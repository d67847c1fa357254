-- one row is the ledger line of this load: its counts (rows of the file; things apart) and moments. Key: load_id.
update ops.load set
  read = :read, inserted = :inserted, updated = :updated, unchanged = :unchanged, quarantined = :quarantined, skipped = :skipped,
  things = :things, repaired = :repaired, outside = :outside, faults = cast(:faults as jsonb), message = :message,
  unknown_values = cast(:unknown_values as jsonb), first_reported_on = :first_reported_on, last_reported_on = :last_reported_on,
  finished_at = cast(:finished_at as timestamptz)
where load_id = :load_id
