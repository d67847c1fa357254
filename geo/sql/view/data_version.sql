-- one row, one column: the data version
select version from ops.data_version
