-- one row: where our columns stood in the file of a load (our name → heading), and which of ours hold people; null where an older program loaded it
select options -> 'columns' as columns, options -> 'personal' as personal from ops.load where load_id = :load_id
