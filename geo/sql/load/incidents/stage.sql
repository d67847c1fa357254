-- one row is one valid row of an incident file, before it is judged; key: row_number (header = 1). *_us: µs since 1970 UTC.
-- lon, lat: degrees, EPSG:4326; raw: as received where that was another system, hex EWKB. content_hash covers everything the sender
-- said, not where the boundaries place it.
create temp table staging (
  row_number int primary key,
  natural_key text collate "C" not null,
  decides text, notes text, is_repaired boolean not null, is_outside boolean not null, fate text,
  category text not null, channel text, agency_responsible text, status text not null,
  lon float8, lat float8, raw text, placed_by text not null, declared_area_code text,
  street_id int, community_id int, grid_id int, microgrid_id int,
  reported_us bigint not null, registered_us bigint, accepted_us bigint, dispatched_us bigint, arrived_us bigint,
  handled_us bigint, first_closed_us bigint, reopened_us bigint, closed_us bigint, followed_up_us bigint,
  due_us bigint, extended_us bigint, suspended_us bigint, resumed_us bigint,
  reported_on date not null, day_precision text, duplicate_of_code text,
  -- where a row is a unit, natural_key names these two; units: where a row is a head made of units
  incident_code text collate "C", unit_code text collate "C", units text,
  content_hash text generated always as (md5(
    category || e'\x1f' || coalesce(channel, '') || e'\x1f' || coalesce(agency_responsible, '') || e'\x1f' || status || e'\x1f' ||
    coalesce(lon::text, '') || e'\x1f' || coalesce(lat::text, '') || e'\x1f' || coalesce(declared_area_code, '') || e'\x1f' ||
    reported_us::text || e'\x1f' || coalesce(registered_us::text, '') || e'\x1f' || coalesce(accepted_us::text, '') || e'\x1f' ||
    coalesce(dispatched_us::text, '') || e'\x1f' || coalesce(arrived_us::text, '') || e'\x1f' || coalesce(handled_us::text, '') || e'\x1f' ||
    coalesce(first_closed_us::text, '') || e'\x1f' || coalesce(reopened_us::text, '') || e'\x1f' || coalesce(closed_us::text, '') || e'\x1f' ||
    coalesce(followed_up_us::text, '') || e'\x1f' || coalesce(due_us::text, '') || e'\x1f' || coalesce(extended_us::text, '') || e'\x1f' ||
    coalesce(suspended_us::text, '') || e'\x1f' || coalesce(resumed_us::text, '') || e'\x1f' || coalesce(day_precision, '') || e'\x1f' ||
    coalesce(duplicate_of_code, '') || coalesce(e'\x1f' || units, ''))) stored
) on commit drop
