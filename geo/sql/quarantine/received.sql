-- One row is a refused row of a load as it may be shown, those asked for (null: all) that are in one of the states; key row (header = 1).
-- shown = JSON by heading (null: not kept); cells, reason, decided_by, decided_at = the decision that counts, if one does.
select r.row_number as "row", r.state, r.solved_by, r.moved_to, o.shown, d.cells, d.reason, d.decided_by, d.decided_at
from ops.refused_row r
left join landing.row o on o.load_id = r.load_id and o.row_number = r.row_number
left join lateral (select kind, cells, reason, decided_by, decided_at from ops.decision d where d.load_id = r.load_id and d.row_number = r.row_number
                   order by d.decision_id desc limit 1) d on r.state <> 'open' and d.kind <> 'undone'
where r.load_id = :load_id and (cast(:rows as int[]) is null or r.row_number = any(cast(:rows as int[])))
  and r.state = any(cast(:states as text[]))
order by r.row_number
