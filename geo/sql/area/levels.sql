-- One row is a level that has areas, with the number of the last load that changed it. Key: level.
select level, max(load_id) as load_id from core.area group by level
