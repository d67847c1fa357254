-- one row: versions of the server, of PostGIS and of PROJ
select current_setting('server_version') as postgres, postgis_lib_version() as postgis, 'PROJ ' || postgis_proj_version() as proj
