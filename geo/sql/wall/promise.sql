-- one row, none without the right: the urgent cases reported in [:starts, :ends) and how many somebody came to within 600 s
select numerator, denominator, has_deadlines, is_covered from mart.wall_promise(:starts, :ends)
