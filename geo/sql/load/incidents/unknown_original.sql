-- one row is a staged duplicate that names an original which neither the file nor the store holds, or itself: kept, and noted
update pg_temp.staging s set notes = concat_ws(',', s.notes, 'unknown_original')
where s.duplicate_of_code is not null and s.fate is distinct from 'quarantined'
  and (s.duplicate_of_code = s.natural_key
       or not exists (select from pg_temp.staging o where o.natural_key = s.duplicate_of_code and o.fate is distinct from 'quarantined')
      and not exists (select from core.incident i where i.source_id = :source_id and i.incident_code = s.duplicate_of_code))
