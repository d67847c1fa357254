-- one row is one published month; key month. load_id = the last load it knows of, definitions = slug and definition of each figure
select month, load_id, definitions from mart.published_month order by month
