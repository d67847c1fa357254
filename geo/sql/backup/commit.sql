-- no row: what was restored and compared is in force
commit
