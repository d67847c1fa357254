-- one row, none before the first load: when the dataset was last loaded
select d.loaded_at from mart.dataset d where d.dataset = :dataset
