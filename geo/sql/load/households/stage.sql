-- one row is a row of the file: a building or stairwell with its counts; point as hex EWKB (EPSG:4326),
-- raw as received where that was another system. Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  households int not null, residents int, residents_60 int, residents_80 int, living_alone_60 int,
  point text, raw text, declared_area_code text, street_id int, community_id int, grid_id int, microgrid_id int,
  content_hash text not null generated always as (
    md5(households::text || E'\x1f' || coalesce(residents::text, '') || E'\x1f' || coalesce(residents_60::text, '') || E'\x1f'
        || coalesce(residents_80::text, '') || E'\x1f' || coalesce(living_alone_60::text, '') || E'\x1f' || coalesce(point, '')
        || E'\x1f' || coalesce(declared_area_code, ''))) stored,
  fate text
) on commit drop
