-- one row is one kind of service with the households that have one within :within_m metres; key kind
select kind, name_zh, name_en, households, near from mart.wall_reach(:within_m)
