-- one row is a fact about this store, new or replaced; key fact
insert into ops.fact (fact, value) values (:fact, cast(:value as jsonb))
on conflict (fact) do update set value = excluded.value
