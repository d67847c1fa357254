-- one row: code, U+001F and content of the source's incidents of these numbers, one a line; null where there is none
select string_agg(incident_code || e'\x1f' || content_hash, e'\n') as told
from core.incident where source_id = :source_id and incident_id >= :first_id and incident_id < :end_id
