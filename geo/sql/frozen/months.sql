-- one row is one frozen month, in the order of freezing; key seq
select m.seq, m.month, m.frozen_at, m.frozen_by, m.role, m.data_version, m.boundary_version, m.calendar_version, m.definitions, m.figures,
       m.body_hash, m.chain_hash
from mart.frozen_month m
order by m.seq
