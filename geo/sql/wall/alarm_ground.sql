-- one row is the part of an area or of a basemap shape within :reach_m of the place; no key; WKB, EPSG:4326. See mart.alarm_ground
select kind, name, width_m, label_lon, label_lat, shape from mart.alarm_ground(:lon, :lat, :reach_m, :day)
