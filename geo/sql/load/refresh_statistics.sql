-- one row, no value: the planner's statistics of the tables that this load filled are made anew
select ops.refresh_statistics(dataset, :changed) from ops.load where load_id = :load_id
