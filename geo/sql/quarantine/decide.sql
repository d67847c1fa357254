-- one row is what the viewer decides on a refused row at the clock; key decision_id. Refused by its policy where the viewer may not, or
-- the row is no longer in this load's quarantine.
insert into ops.decision (load_id, row_number, kind, cells, cells_sealed, reason, decided_by, decided_at)
values (:load_id, :row, :kind, cast(:cells as jsonb), :cells_sealed, :reason, :by, ops.clock())
