-- one row: raises the data version by one and rings the bell with it: what figures are made of changed without a load
with raised as (update ops.data_version set version = version + 1 returning version)
select pg_notify(:channel, json_build_object('version', raised.version, 'load_id', null, 'dataset', 'incidents')::text) from raised
