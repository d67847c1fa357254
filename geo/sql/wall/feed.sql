-- one row is a stage that a case of a public category reached since :since; no key; the newest first, at most :most; see mart.wall_feed
select stage, at, area, community, category_zh, category_en from mart.wall_feed(:since, :most)
