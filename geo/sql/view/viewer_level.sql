-- one row, one column: the level of who is looking (site, area or null)
select ops.viewer_level() as level
