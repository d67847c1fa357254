-- one row is a staged row with a place that would change something, at most :most of each fate, in an order that has nothing to do with
-- the file's; key row_number; geom: WKB (EPSG:4326); found: how many there are of its fate
with placed as (
  select row_number, coalesce(fate, 'inserted') as fate, geom as shape,
         row_number() over (partition by coalesce(fate, 'inserted') order by md5(row_number::text), row_number) as place,
         count(*) over (partition by coalesce(fate, 'inserted')) as found
  from pg_temp.staging
  where geom is not null and fate is distinct from 'unchanged'
)
select row_number, fate, found, st_asbinary(shape::geometry) as geom from placed where place <= :most order by row_number
