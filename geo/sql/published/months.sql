-- one row is one published month; key month. load_id, event_id = the last load and the last event of an officer that it knows of, definitions = slug and definition of each figure
select month, load_id, event_id, definitions from mart.published_month order by month
