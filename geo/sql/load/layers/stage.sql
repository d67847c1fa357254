-- one row is a row of the file: a shape of the basemap, geom as hex EWKB (EPSG:4326), raw as received where
-- that was another system; its key is a digest of its whole content. Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  kind text not null, layer_code text, name text, width_m real, geom text not null, raw text,
  content_hash text not null generated always as (natural_key) stored,
  fate text
) on commit drop
