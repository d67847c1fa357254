-- one row is a grid with people, in force on :day; key code; at most :most, the nearest to the place (EPSG:4326) first; distance_m in metres
select code, grid, community, lon, lat, distance_m, grid_leader, full_time, part_time, instructor, other
from mart.alarm_team(:lon, :lat, :day, :most)
