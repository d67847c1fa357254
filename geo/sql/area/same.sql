-- one row is one version of the area that `area_id` is a version of; key area_id
select a.area_id from core.area w join core.area a on a.level = w.level and a.code = w.code
where w.area_id = :area_id
order by a.valid_from
