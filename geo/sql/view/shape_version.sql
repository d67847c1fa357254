-- one row, one column: the newest load that changed an area or a basemap shape (0: none); the version of every drawn outline
select greatest((select coalesce(max(load_id), 0) from core.area), (select coalesce(max(load_id), 0) from core.map_feature)) as version
