-- one row, one column: the number of the last load that brought boundaries, 0 before the first
select coalesce(max(load_id), 0) as boundary_version from ops.load where dataset = 'boundaries' and status = 'loaded'
