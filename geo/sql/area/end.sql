-- One row is a version of an area that ends on a day (it is in force before that day only). Key: area_id.
update core.area set valid_to = cast(:valid_to as date) where area_id = :area_id
