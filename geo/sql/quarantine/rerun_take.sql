-- one row is a refused row of a load that is run again: those in one of the states, of them those asked for (null: all) with what was typed
insert into pg_temp.rerun (row_number, decision_id, typed)
select r.row_number, c.decision_id, t.typed
from ops.refused_row r
left join unnest(cast(:rows as int[]), cast(:typed as text[])) as t (row_number, typed) on t.row_number = r.row_number
left join lateral (select max(d.decision_id) as decision_id from ops.decision d
                   where d.load_id = r.load_id and d.row_number = r.row_number) c on r.state = 'corrected'
where r.load_id = :load_id and r.state = any(cast(:states as text[])) and (cast(:rows as int[]) is null or t.row_number is not null)
on conflict (row_number) do update set typed = excluded.typed
