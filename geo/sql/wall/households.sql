-- one row is a community or grid of which households are known (5 or more); key (level, code)
select level, code, households from mart.wall_household
