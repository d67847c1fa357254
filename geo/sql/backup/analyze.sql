-- no row: the planner's statistics, which a backup does not hold, are made anew
analyze
