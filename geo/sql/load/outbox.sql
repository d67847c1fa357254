-- one row is the message that a load is done, for whatever leaves the program. Key: outbox_id.
insert into ops.outbox (channel, payload, created_at)
select 'load', jsonb_build_object('load_id', load_id, 'dataset', dataset, 'counts', cast(:counts as jsonb)), ops.clock()
from ops.load where load_id = :load_id
