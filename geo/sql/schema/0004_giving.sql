-- Donations published twice, goods, and totals that the publisher states.
select 1
