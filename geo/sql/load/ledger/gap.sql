-- one row is a day of which the source published nothing, as its mapping declares. Key: source_id, missing_on.
insert into core.source_gap (source_id, missing_on, load_id) values (:source_id, :missing_on, :load_id)
on conflict do nothing
