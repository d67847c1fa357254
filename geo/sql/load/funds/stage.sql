-- one row is a row of the file that is a fund; dates as ISO text. Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  name text not null, kind text not null, opened_on text, purpose text, declared_area_code text, street_id int, community_id int,
  content_hash text not null generated always as (
    md5(name || E'\x1f' || kind || E'\x1f' || coalesce(opened_on, '') || E'\x1f' || coalesce(purpose, '') || E'\x1f'
        || coalesce(declared_area_code, ''))) stored,
  fate text
) on commit drop
