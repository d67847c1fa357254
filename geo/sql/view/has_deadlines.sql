-- one row, one column: whether any case of the site known at the clock has a deadline; without one nothing can be called overdue
select core.has_deadlines() as has_deadlines
