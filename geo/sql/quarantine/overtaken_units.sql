-- one row is a staged row of a replay whose unit of an incident a load after the row's own file brought with other content; origin = the load of that file
with recursive chain as (
  select load_id, replays from ops.load where load_id = :replays
  union all
  select l.load_id, l.replays from ops.load l join chain c on l.load_id = c.replays
), origin as (
  select min(load_id) as load_id from chain
), overtaken as (
  update pg_temp.staging s set fate = 'quarantined'
  from core.incident h join core.incident_unit i using (incident_id), origin o
  where s.fate is null and h.source_id = :source_id and h.incident_code = s.incident_code and i.unit_code = s.unit_code
    and i.load_id > o.load_id and i.load_id not in (select load_id from chain) and i.content_hash <> s.content_hash
  returning s.row_number, replace(s.natural_key, e'\x1f', ' / ') as natural_key, i.load_id
)
insert into pg_temp.staged_fault (row_number, column_name, value, fault, params)
select row_number, 'code', natural_key, 'overtaken', jsonb_build_object('load', load_id) from overtaken
