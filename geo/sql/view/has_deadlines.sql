-- one row, one column: whether any case known at the clock has a deadline; without one nothing can be called overdue
select exists (select from core.incident where due_at is not null and reported_at <= ops.clock()) as has_deadlines
