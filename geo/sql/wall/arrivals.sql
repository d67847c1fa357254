-- one row is one community (null: outside all) with its arrivals in [:starts, :ends) in whole seconds from the report; key community_code
select community_code, seconds from mart.wall_arrivals(:starts, :ends)
