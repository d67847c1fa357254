-- one row is a row of the file that is a service point; geom and point as hex EWKB (EPSG:4326),
-- raw as received where that was another system. Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  name text not null, kind text not null, capacity int, geom text not null, point text not null, raw text,
  street_id int, community_id int, grid_id int, microgrid_id int,
  content_hash text not null generated always as (
    md5(name || E'\x1f' || kind || E'\x1f' || coalesce(capacity::text, '') || E'\x1f' || geom)) stored,
  fate text
) on commit drop
