-- one row: raises the data version by one and rings the bell with it (delivered at commit, not replayed)
with raised as (update ops.data_version set version = version + 1 returning version)
select pg_notify(:channel, json_build_object('version', raised.version, 'load_id', load.load_id, 'dataset', load.dataset)::text)
from raised, ops.load load where load.load_id = :load_id
