-- one row is a row of the file that is an area or a part of one; geom as hex EWKB (EPSG:4326),
-- raw as received where that differs; changed_share: of its area by repair. Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  name text not null, parent_code text, parent_name text, community_type text, geom text not null, raw text, changed_share float8, is_flattened boolean not null,
  content_hash text not null generated always as (
    md5(name || E'\x1f' || coalesce(parent_code, '') || E'\x1f' || coalesce(parent_name, '') || E'\x1f' || coalesce(community_type, '')
        || E'\x1f' || geom)) stored,
  fate text
) on commit drop
