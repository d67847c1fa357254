-- one row, none without the right: the newest load that changed an area or a basemap shape (0: none)
select version from mart.wall_shape_version
