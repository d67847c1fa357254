-- one row is the fact of the replay that ends; key fact
delete from ops.fact where fact = 'replay'
