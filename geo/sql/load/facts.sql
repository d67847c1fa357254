-- one row: what is known of this store by the name :fact (jsonb), and whether data of a real source lies in it
select (select value from ops.fact where fact = :fact) as value,
       exists (select from core.source s where not s.is_simulated) as has_real_data
