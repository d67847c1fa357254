-- one row, none before the first load: when incidents were last loaded, and whether any data set is simulated
select (select d.loaded_at from mart.dataset d where d.dataset = 'incidents') as loaded_at,
       coalesce((select bool_or(d.is_simulated) from mart.dataset d), false) as is_simulated
