-- one row is one dataset that was ever loaded; key dataset; loaded_at = end of its newest load, is_simulated = any of its sources is
select dataset, loaded_at, is_simulated from mart.dataset order by dataset
