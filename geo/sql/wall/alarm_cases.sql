-- one row is a case of an emergency category reported less than :lasts (interval) before the clock; key alarm; the oldest first;
-- EPSG:4326. See mart.alarm_case
select alarm, category_zh, category_en, channel, team, reported_at, accepted_at, dispatched_at, arrived_at, closed_at,
       tells_accepted, tells_dispatched, is_exact, street, community, grid, microgrid, grid_code, lon, lat
from mart.alarm_case(cast(:lasts as interval))
