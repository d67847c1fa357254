-- one row is a row of the file that is a post of an area; vacant_since as ISO text. Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  role text not null, headcount int not null, vacant_since text, level text not null, declared_area_code text not null,
  street_id int, community_id int, grid_id int, microgrid_id int,
  content_hash text not null generated always as (
    md5(role || E'\x1f' || headcount::text || E'\x1f' || coalesce(vacant_since, '') || E'\x1f' || level || E'\x1f'
        || declared_area_code)) stored,
  fate text
) on commit drop
