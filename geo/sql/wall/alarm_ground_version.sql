-- one row, one column: the newest load that changed an area or a basemap shape, null without the right
select mart.alarm_ground_version() as version
